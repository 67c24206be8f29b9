import { visit, startServer, launch } from "./support.mjs";
import { choose, press, ready, said } from "./reader.mjs";
import { readFileSync } from "node:fs";
const server = await startServer(); const browser = await launch();
const page = await visit({after(){}},{browser,server});
await ready(page);
await choose(page,{prompt:"Once",temperature:2,top_p:1,length:512,seed:7});
await press(page,"Generate"); await said(page,"done",1);
await new Promise(r=>setTimeout(r,1500));
await choose(page,{seed:8});
await page.tracing.start({path:"/tmp/trace.json",categories:["devtools.timeline","disabled-by-default-devtools.timeline","v8.execute","blink.user_timing"]});
await press(page,"Generate"); await said(page,"done",2);
await page.tracing.stop();
await browser.close(); await server.close();
const {traceEvents:ev}=JSON.parse(readFileSync("/tmp/trace.json"));
const names=new Map(ev.filter(e=>e.name==="thread_name").map(e=>[e.pid+":"+e.tid,e.args.name]));
// self time per thread
const by={};
const threads={};
for(const e of ev){ if(e.ph!=="X"||!e.dur) continue; (threads[e.pid+":"+e.tid]??=[]).push(e);}
for(const [k,list] of Object.entries(threads)){ list.sort((a,b)=>a.ts-b.ts||b.dur-a.dur); const stack=[]; const self={};
 for(const e of list){ while(stack.length&&stack.at(-1).ts+stack.at(-1).dur<=e.ts) stack.pop(); if(stack.length) self[stack.at(-1).name]=(self[stack.at(-1).name]??0)-e.dur; self[e.name]=(self[e.name]??0)+e.dur; stack.push(e);} 
 const tot=Object.values(self).reduce((a,b)=>a+b,0)/1000; if(tot<20) continue;
 const span=(list.at(-1).ts-list[0].ts)/1000;
 console.log(names.get(k),"busy",tot.toFixed(0),"of",span.toFixed(0),"ms:",Object.entries(self).sort((a,b)=>b[1]-a[1]).slice(0,14).map(([n,v])=>n+" "+(v/1000).toFixed(1)).join(", "));}
