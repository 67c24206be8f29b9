import { visit, startServer, launch } from "./support.mjs";
import { ready, generate, settle } from "./reader.mjs";
const server = await startServer(); const browser = await launch();
const t={after(){}};
const which=process.argv[2]??"all";
const wait=(ms)=>new Promise(r=>setTimeout(r,ms));
for (const [name,viewport,scheme] of [["desk",{width:1280,height:900},"light"],["dark",{width:1280,height:900},"dark"],["phone",{width:360,height:740,hasTouch:true,isMobile:true},"light"],["wide",{width:1720,height:1000},"light"],["tablet",{width:900,height:1000},"light"]]) {
  if (which!=="all"&&which!==name) continue;
  const page = await visit(t,{browser,server},{viewport,scheme});
  page.on("console",(m)=>console.log(name,m.text())); page.on("pageerror",(e)=>console.log(name,e.message));
  const shifts=async(when)=>console.log(name,when,JSON.stringify(await page.evaluate(()=>globalThis.shifts.splice(0))));
  await ready(page); await wait(300); await shifts("load");
  await generate(page,{seed:5}); await wait(600); await shifts("story");
  await page.screenshot({path:`/tmp/shots/${name}-1.png`}); await shifts("shot");
  await page.evaluate(()=>document.querySelectorAll(".token")[40].click()); await wait(600); await shifts("click");
  await page.evaluate(()=>{document.querySelector("input[name=lens][value=excess]").click()}); await wait(100); await shifts("lens");
  await page.evaluate(()=>document.querySelector("#lens").scrollIntoView({block:"start"})); await wait(100); await page.evaluate(()=>globalThis.shifts.splice(0));
  await page.screenshot({path:`/tmp/shots/${name}-2.png`});
  await page.evaluate(()=>{document.querySelector("details.chain").open=true}); await wait(300);
  await page.evaluate(()=>globalThis.shifts.splice(0));
  await page.evaluate(()=>{[...document.querySelectorAll(".chips button")].find(b=>b.textContent==="Bold").click()}); await wait(300); await shifts("bold");
  await page.evaluate(()=>document.querySelector("details.chain").scrollIntoView({block:"start"})); await wait(100);
  await page.screenshot({path:`/tmp/shots/${name}-3.png`});
  await page.evaluate(()=>document.querySelector("#story").scrollIntoView({block:"start"})); await wait(100);
  await page.screenshot({path:`/tmp/shots/${name}-4.png`});
}
await browser.close(); await server.close();
