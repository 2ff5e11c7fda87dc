// A SCIM server that keeps users and groups in memory. The protocol is that of the packages scimmy and scimmy-routers; here is only what
// they ask of whoever uses them: to keep, to find and to forget. Arguments: the token, and "bulk" where Bulk is offered.
import { randomUUID } from "node:crypto";
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const [token, bulk] = process.argv.slice(2);

function keep(Resource, unique) {
    const kept = new Map();
    SCIMMY.Resources.declare(Resource)
        .ingress((resource, data) => {
            const before = resource.id === undefined ? {} : kept.get(resource.id);
            if (before === undefined) throw new SCIMMY.Types.Error(404, null, `there is no ${resource.id}`);
            for (const other of kept.values()) {
                if (unique && other.id !== resource.id && other[unique].toLowerCase() === data[unique].toLowerCase()) {
                    throw new SCIMMY.Types.Error(409, "uniqueness", `${unique} ${data[unique]} is taken`);
                }
            }
            const now = new Date().toISOString();
            const id = resource.id ?? randomUUID();
            const after = { ...JSON.parse(JSON.stringify(data)), id, meta: { created: before.meta?.created ?? now, lastModified: now } };
            kept.set(id, after);
            return after;
        })
        .egress((resource) => {
            if (resource.id === undefined) return resource.filter ? resource.filter.match([...kept.values()]) : [...kept.values()];
            if (!kept.has(resource.id)) throw new SCIMMY.Types.Error(404, null, `there is no ${resource.id}`);
            return kept.get(resource.id);
        })
        .degress((resource) => {
            if (!kept.delete(resource.id)) throw new SCIMMY.Types.Error(404, null, `there is no ${resource.id}`);
        });
}

SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
keep(SCIMMY.Resources.User, "userName");
keep(SCIMMY.Resources.Group);

const app = express();
app.use("/scim/v2", new SCIMMYRouters({
    type: "bearer",
    handler: (request) => {
        if (request.header("Authorization") !== `Bearer ${token}`) throw new Error("the token is wrong");
        return "client";
    },
}));
SCIMMY.Config.set("bulk", bulk === "bulk");

const server = app.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
