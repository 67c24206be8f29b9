// throwaway
export function fake() {
  const P=(stage,name,label,from,to,step,usual,suggested,switches=true,whole=false)=>({name,stage,label,from,to,step,whole,usual,switches,suggested});
  const S=(name,label,explanation)=>({name,label,explanation,source:"somewhere"});
  const chain={stages:[S("penalties","Penalties","Makes tokens that have already occurred less likely, so that the text repeats itself less."),S("dry","DRY","Makes a token less likely if it would go on copying an earlier passage of this text; the longer the copy, the less likely."),S("diff_sampling","DiffSampling","Lines the tokens up from the likeliest down, finds the steepest drop from one to the next, and removes everything after it."),S("temperature","Temperature","Below 1 it makes likely tokens even likelier, above 1 it gives unlikely tokens a better chance; at 0 only the likeliest is left."),S("top_k","Top-k","Keeps only a fixed number of tokens, the likeliest ones."),S("top_p","Top-p","Keeps the likeliest tokens until together they hold a chosen share of the probability."),S("min_p","Min-p","Removes tokens that are many times less likely than the likeliest one."),S("typical","Locally typical","Keeps the tokens that are about as surprising as the model expects the next token to be: the odd ones go, and sometimes the obvious ones too."),S("xtc","XTC","Now and then removes the most obvious tokens and leaves the least obvious of those that are still likely enough.")],
  parameters:[P("penalties","repetition_penalty","Repetition penalty",.5,2,.01,1,1.1),P("penalties","presence_penalty","Presence penalty",-2,2,.05,0,.5),P("dry","dry_multiplier","Strength",0,5,.1,0,.8),P("dry","dry_base","Growth with each token",1,4,.05,1.75,1.75,false),P("diff_sampling","diff_mass","Mass that stays",0,1,.01,1,.9),P("top_k","top_k","Tokens",0,200000,1,0,40,true,true),P("min_p","min_p","Share of the likeliest",0,1,.01,0,.05),P("typical","typical_p","Mass",.05,1,.01,1,.95),P("xtc","xtc_probability","How often",0,1,.05,0,.5),P("xtc","xtc_threshold","Probability that counts as likely enough",0,.5,.01,.1,.1,false)],
  presets:[{name:"Greedy",sentence:"Always takes the likeliest token: no chance, every seed tells the same story, and it tends to go in circles.",temperature:0,top_p:1,options:{}},{name:"Cautious",sentence:"Stays close to what is expected: coherent, seldom surprising.",temperature:.6,top_p:.9,options:{}},{name:"Balanced",sentence:"The usual settings: some surprise, and most stories hold together.",temperature:.8,top_p:.95,options:{}},{name:"Bold",sentence:"Less likely words get a real chance, hopeless ones are cut off: livelier, with slips now and then.",temperature:1.1,top_p:1,options:{min_p:.05}}]};
  const words=[" little"," big"," small"," fox"," bear",","," old"," girl"," was"," said","\n",".", " never"," waiting"," there"," and","ing"," strange"," extraordinarily"," door"," house"," who"," tiny"," sun"];
  const V=8192;
  function looked({id,position,chain:c,story}){
    let seed=position*7919+1; const rnd=()=>(seed=(seed*16807)%2147483647)/2147483647;
    const chosenId=story.token_ids[position]; const logits=words.map((_, i)=>6-i*(0.2+rnd()*.25)+rnd());
    const order=words.map((_,i)=>i).sort((a,b)=>logits[b]-logits[a]); 
    const z=logits.reduce((s,l)=>s+Math.exp(l),0)+V*.3; const T=Math.max(c.temperature,.01);
    const pt=order.map(i=>Math.exp((logits[i]-6)/T)); const zt=pt.reduce((a,b)=>a+b,0)+V*Math.exp((-1.2-6)/T); let cum=0;
    const cands=order.map((i,k)=>{const keep=cum<c.top_p; cum+=pt[k]/zt; return {token:i+50,text:words[i],rank:k+1,probability:Math.exp(logits[i])/z,chained:keep?pt[k]/zt:0,removed_by:keep?null:"top_p"}});
    if(c.temperature===0) cands.forEach((x,k)=>{x.chained=k===0?1:0; x.removed_by=k===0?null:"temperature"});
    const sum=cands.reduce((s,x)=>s+x.chained,0); if(c.top_p<1) cands.forEach(x=>x.chained/=sum);
    let chosen=null; if(chosenId!==undefined){ chosen={token:chosenId,text:story.texts?.[position]??" thimble",rank:38,probability:.0009,chained:0,removed_by:"top_p"}; if(position%3===0) chosen=cands[position%7]; else cands.push(chosen);}
    return {type:"looked",id,position,candidates:cands,chosen,stages:chain.stages.map(s=>({name:s.name,active:s.name==="temperature"?c.temperature!==1:s.name==="top_p"?c.top_p<1:chain.parameters.some(p=>p.stage===s.name&&p.switches&&(c.options?.[p.name]??p.usual)!==p.usual),kept:s.name==="top_p"?214:V,removed:s.name==="top_p"?1-c.top_p:0,entropy_bits:4.5,moved:.12})),vocabulary:V,kept:214,entropy_bits:5.31,chained_entropy_bits:4.2*T,rest:.1,chain_milliseconds:.4,read_milliseconds:10};
  }
  const known=new Map();
  globalThis.looks=[];
  const Base=globalThis.Worker;
  globalThis.Worker=class extends Base{
    constructor(...a){super(...a);this.hears??=[];const inner=this.postMessage;
      this.postMessage=(m)=>{ if(m.type==="look"){globalThis.looks.push(m);setTimeout(()=>this.say(looked(m)),4);return;} if(m.type==="encode"){setTimeout(()=>this.say({type:"encoded",id:m.id,token_ids:[5,6],token_texts:[m.text.slice(0,2),m.text.slice(2)]}),4);return;} inner.call(this,m);};}
    say(data){for(const l of this.hears)l(new MessageEvent("message",{data}));}
    addEventListener(type,l,...r){ if(type!=="message"||!l) return super.addEventListener(type,l,...r); (this.hears??=[]).push(l);
      super.addEventListener(type,(e)=>{const d=e.data; let data=d; if(d.type==="hello"&&!d.chain)data={...d,chain}; if(d.type==="token"&&d.rank===undefined)data={...d,rank:Math.max(1,Math.round(2**(d.surprisal_bits-1))),forced:false}; if(d.type==="done"&&!d.ranks)data={...d,ranks:d.surprisal_bits.map(b=>Math.max(1,Math.round(2**(b-1))))}; l(data===d?e:new MessageEvent("message",{data}));},...r);}
  };
}
