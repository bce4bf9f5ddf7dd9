import re
D={"build":["no_cache_filter: [a]}","no_cache_filter: a}","{ssh: [a=/x]","{ssh: [a=./x]","{ssh: [a=x, default]","{ssh: {a: /x}}","{ssh: {a: ./x, default: null}}","{ssh: [a=~/x]}"],"ports":["+ ports: [{target: 0}]"],"services":["+ pid: null"],"yaml":["= yaml directive"],
"merge":[";; depends_on: b",";; depends_on: 3",";; environment: 3",";; build: [a]",";; networks: front\n"],"extends":[";; depends_on: b",";; depends_on: 3",";; environment: 3",";; build: [a]",";; networks: front\n"]}
for a,ps in D.items():
    L=open(a+'.cases',newline="").read().split("\n")
    L=[("!"+l if l[:1] in "+=" and any(p in l+"\n" for p in ps) and not l.endswith("depends_on: [b]") and not "depends_on: [b] ;; depends_on: [" in l else l) for l in L]
    open(a+'.cases','w',newline="").write("\n".join(L))
