// Drives the sandbox with Brevo's official Node SDK. BREVO_BASE_URL and
// BREVO_API_KEY say where it is; the Go test beside this file sets them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Brevo, BrevoClient, BrevoError } from "@getbrevo/brevo";

const baseUrl = process.env.BREVO_BASE_URL;
const apiKey = process.env.BREVO_API_KEY;
assert.ok(baseUrl && apiKey, "BREVO_BASE_URL and BREVO_API_KEY are needed");

const client = new BrevoClient({ apiKey, baseUrl, maxRetries: 0 });

/** Waits until a process is no longer queued or running. */
async function settled(processId) {
  for (let look = 0; look < 100; look++) {
    const found = await client.process.getProcess({ processId });
    if (!["queued", "in_process", "processing"].includes(found.status)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`process ${processId} does not end`);
}

async function members(listId) {
  const page = await client.contacts.getContactsFromList({ listId, limit: 500, sort: "asc" });
  assert.equal(page.count, page.contacts.length);
  return page.contacts.map((c) => c.email);
}

describe("account", () => {
  test("a live key opens it and tells who it is", async () => {
    const account = await client.account.getAccount();
    assert.match(account.organization_id, /^[0-9a-f]{24}$/);
    assert.equal(account.companyName, "Sandbox Company");
    assert.equal(account.plan[0].creditsType, "sendLimit");
  });

  test("an unknown key is refused", async () => {
    const stranger = new BrevoClient({ apiKey: "xkeysib-unknown", baseUrl, maxRetries: 0 });
    await assert.rejects(stranger.account.getAccount(), (error) => {
      assert.ok(error instanceof BrevoError);
      assert.equal(error.statusCode, 401);
      assert.deepEqual(error.body, { code: "unauthorized", message: "Key not found" });
      return true;
    });
  });
});

describe("folders and lists", () => {
  test("are created, listed, changed and deleted", async () => {
    const folder = await client.contacts.createFolder({ name: "From the SDK" });
    const list = await client.contacts.createList({ name: "Short-lived", folderId: folder.id });
    await client.contacts.updateList({ listId: list.id, name: "Renamed" });
    assert.equal((await client.contacts.getList({ listId: list.id })).name, "Renamed");
    const inside = await client.contacts.getFolderLists({ folderId: folder.id });
    assert.deepEqual(inside.lists.map((l) => l.id), [list.id]);
    const all = await client.contacts.getLists({ limit: 50, sort: "asc" });
    assert.equal(all.count, all.lists.length);
    await client.contacts.deleteList({ listId: list.id });
    await assert.rejects(client.contacts.getList({ listId: list.id }), Brevo.NotFoundError);
    await client.contacts.updateFolder({ folderId: folder.id, body: { name: "Renamed" } });
    assert.equal((await client.contacts.getFolder({ folderId: folder.id })).name, "Renamed");
    await client.contacts.deleteFolder({ folderId: folder.id });
    const folders = await client.contacts.getFolders();
    assert.ok(!folders.folders.some((f) => f.id === folder.id));
  });

  test("a page of more than 50 lists is refused", async () => {
    await assert.rejects(client.contacts.getLists({ limit: 51 }), Brevo.BadRequestError);
  });
});

describe("attributes", () => {
  test("of each kind are created and listed", async () => {
    await client.contacts.createAttribute({ attributeCategory: "normal", attributeName: "SHOE_SIZE", type: "float" });
    await client.contacts.createAttribute({
      attributeCategory: "category",
      attributeName: "TIER",
      enumeration: [{ value: 1, label: "Gold" }, { value: 2, label: "Silver" }],
    });
    const { attributes } = await client.contacts.getAttributes();
    assert.equal(attributes.find((a) => a.name === "SHOE_SIZE").type, "float");
    assert.deepEqual(attributes.find((a) => a.name === "TIER").enumeration.map((o) => o.label), ["Gold", "Silver"]);
    assert.ok(attributes.some((a) => a.name === "FIRSTNAME"));
    await assert.rejects(
      client.contacts.createAttribute({ attributeCategory: "normal", attributeName: "SHOE_SIZE", type: "float" }),
      Brevo.BadRequestError,
    );
    await client.contacts.deleteAttribute({ attributeCategory: "normal", attributeName: "SHOE_SIZE" });
  });
});

describe("imports, processes and removals", () => {
  let listId;
  before(async () => {
    const { folders } = await client.contacts.getFolders();
    ({ id: listId } = await client.contacts.createList({ name: "Imported", folderId: folders[0].id }));
  });
  after(() => client.contacts.deleteList({ listId }));

  test("a jsonBody fills the list and its reports name the rows that do not fit", async () => {
    const { processId } = await client.contacts.importContacts({
      listIds: [listId],
      updateExistingContacts: true,
      disableNotification: true,
      jsonBody: [
        { email: "ana@example.com", attributes: { FIRSTNAME: "Ana", TIER: "Gold", SMS: "+385911234567" } },
        { email: "ivo@example.com", attributes: { FIRSTNAME: "Ivo" } },
        { email: "broken" },
      ],
    });
    const done = await settled(processId);
    assert.equal(done.name, "IMPORTUSER");
    assert.equal(done.status, "completed");
    const report = await (await fetch(done.info.import.invalid_emails)).text();
    assert.match(report, /;Reason\nbroken;.*;Invalid email\n/);
    assert.equal(done.info.import.duplicate_email_id, null);
    assert.deepEqual(await members(listId), ["ana@example.com", "ivo@example.com"]);

    const { processes } = await client.process.getProcesses({ limit: 50 });
    assert.equal(processes[0].id, processId);
  });

  test("a contact is read by each of its identifiers", async () => {
    const byEmail = await client.contacts.getContactInfo({ identifier: "ana@example.com", identifierType: "email_id" });
    assert.deepEqual(byEmail.attributes, { SMS: "385911234567", FIRSTNAME: "Ana", TIER: "Gold" });
    assert.deepEqual(byEmail.listIds, [listId]);
    const byPhone = await client.contacts.getContactInfo({ identifier: "385911234567", identifierType: "phone_id" });
    assert.equal(byPhone.id, byEmail.id);
  });

  test("a CSV fileBody is read with semicolons", async () => {
    const { processId } = await client.contacts.importContacts({ listIds: [listId], fileBody: "EMAIL;FIRSTNAME\neva@example.com;Eva\n" });
    assert.equal((await settled(processId)).status, "completed");
    assert.equal((await client.contacts.getContactInfo({ identifier: "eva@example.com" })).attributes.FIRSTNAME, "Eva");
  });

  test("an import without a list is refused", async () => {
    await assert.rejects(client.contacts.importContacts({ jsonBody: [{ email: "x@example.com" }] }), (error) => {
      assert.ok(error instanceof Brevo.BadRequestError);
      assert.equal(error.body.message, "Missing listIds or newList");
      return true;
    });
  });

  test("people are removed and added by address, and nobody twice", async () => {
    const gone = await client.contacts.removeContactFromList({ listId, body: { emails: ["ivo@example.com", "nobody@example.com"] } });
    assert.deepEqual(gone.contacts, { success: ["ivo@example.com"], failure: ["nobody@example.com"] });
    await assert.rejects(
      client.contacts.removeContactFromList({ listId, body: { emails: ["ivo@example.com"] } }),
      Brevo.BadRequestError,
    );
    await client.contacts.addContactToList({ listId, body: { emails: ["ivo@example.com"] } });
    assert.deepEqual(await members(listId), ["ana@example.com", "ivo@example.com", "eva@example.com"]);
  });

  test("removing all is a process", async () => {
    const { contacts } = await client.contacts.removeContactFromList({ listId, body: { all: true } });
    assert.equal(contacts.total, 3);
    assert.equal((await settled(contacts.processId)).status, "completed");
    assert.deepEqual(await members(listId), []);
  });

  test("an export gives a CSV", async () => {
    const { processId } = await client.contacts.requestContactExport({
      customContactFilter: { actionForContacts: "allContacts" },
      exportAttributes: ["FIRSTNAME"],
    });
    const csv = await (await fetch((await settled(processId)).export_url)).text();
    assert.match(csv, /ana@example\.com/);
  });
});

describe("contacts", () => {
  test("are created, changed, listed and deleted", async () => {
    const { id } = await client.contacts.createContact({ email: "new@example.com", ext_id: "n-1", attributes: { FIRSTNAME: "New" } });
    await assert.rejects(client.contacts.createContact({ email: "new@example.com" }), (error) => {
      assert.equal(error.body.code, "duplicate_parameter");
      assert.deepEqual(error.body.metadata.duplicate_identifiers, ["email"]);
      return true;
    });
    await client.contacts.updateContact({ identifier: id, identifierType: "contact_id", attributes: { FIRSTNAME: "Newer" } });
    const { contacts } = await client.contacts.getContacts({ limit: 1000, modifiedSince: "2020-01-01T00:00:00.000Z" });
    assert.equal(contacts.find((c) => c.id === id).attributes.FIRSTNAME, "Newer");
    await client.contacts.deleteContact({ identifier: "n-1", identifierType: "ext_id" });
    await assert.rejects(client.contacts.getContactInfo({ identifier: id, identifierType: "contact_id" }), Brevo.NotFoundError);
  });
});
