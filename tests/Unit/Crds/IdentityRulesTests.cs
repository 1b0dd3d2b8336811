using Drydock.CrdGen.Model;
using RunPhases = Drydock.Crds.Common.RunPhases;

namespace Drydock.Tests.Unit.Crds;

public sealed class IdentityRulesTests
{
    private static readonly FrozenWhileAttribute Frozen = new("oldSelf.busy", "is frozen");

    [Fact]
    public void Rule_of_optional_field_compares_presence_and_value() =>
        IdentityRules.Of(Object(Text("a", required: true), Text("b")), Frozen).ShouldBe(
        [
            new CelRule("!(oldSelf.busy) || (self.spec.a == oldSelf.spec.a)", "spec.a is frozen"),
            new CelRule("!(oldSelf.busy) || (has(self.spec.b) == has(oldSelf.spec.b) && (!has(self.spec.b) || "
                + "self.spec.b == oldSelf.spec.b))", "spec.b is frozen"),
        ]);

    [Fact]
    public void Fields_of_another_class_in_a_keyed_list_stay_free()
    {
        var list = new SchemaNode
        {
            Name = "nodes",
            Type = "array",
            ListType = "map",
            ListMapKeys = ["name"],
            Class = FieldClass.Identity,
            Items = Object(
                Text("name", required: true), Text("host", required: true),
                Text("endpoint") with { Class = FieldClass.Access }),
        };
        IdentityRules.Of(Object(list with { Required = true }), Frozen).ShouldBe(
        [
            new CelRule(
                "!(oldSelf.busy) || (self.spec.nodes.map(a0, a0.name) == oldSelf.spec.nodes.map(a0, a0.name))",
                "spec.nodes[].name is frozen"),
            new CelRule(
                "!(oldSelf.busy) || (self.spec.nodes.map(a0, a0.name) != oldSelf.spec.nodes.map(a0, a0.name) || "
                + "self.spec.nodes.map(a0, a0.host) == oldSelf.spec.nodes.map(a0, a0.host))",
                "spec.nodes[].host is frozen"),
        ]);

        var absent = IdentityRules.Of(Object(list), Frozen);
        absent.Select(rule => rule.Message)
            .ShouldBe(["spec.nodes is frozen", "spec.nodes[].name is frozen", "spec.nodes[].host is frozen"]);
        absent[0].Rule.ShouldBe("!(oldSelf.busy) || (has(self.spec.nodes) == has(oldSelf.spec.nodes))");
        absent.Skip(1).ShouldAllBe(rule => rule.Rule.StartsWith(
            "!(oldSelf.busy) || (!has(self.spec.nodes) || !has(oldSelf.spec.nodes) || ", StringComparison.Ordinal));
    }

    [Fact]
    public void Nested_lists_are_compared_item_by_item()
    {
        var inner = List("nodes", Text("name", required: true), Text("host"));
        var rules = IdentityRules.Of(Object(List("regions", Text("name", required: true), inner)), Frozen);

        rules.Select(rule => rule.Message).ShouldBe([
            "spec.regions[].name is frozen", "spec.regions[].nodes[].name is frozen",
            "spec.regions[].nodes[].host is frozen"]);
        rules[2].Rule.ShouldEndWith(
            "self.spec.regions.map(a0, a0.nodes.map(a1, has(a1.host) ? [a1.host] : [])) == "
            + "oldSelf.spec.regions.map(a0, a0.nodes.map(a1, has(a1.host) ? [a1.host] : [])))");
    }

    [Fact]
    public void Optional_object_freezes_its_presence_and_only_identity_fields()
    {
        var mixed = Object(Text("a", required: true), Text("b") with { Class = FieldClass.Access }) with
        {
            Name = "mixed",
            Class = FieldClass.Identity
        };
        IdentityRules.Of(Object(mixed), Frozen).ShouldBe(
        [
            new CelRule("!(oldSelf.busy) || (has(self.spec.mixed) == has(oldSelf.spec.mixed))", "spec.mixed is frozen"),
            new CelRule("!(oldSelf.busy) || (!has(self.spec.mixed) || !has(oldSelf.spec.mixed) || (self.spec.mixed.a "
                + "== oldSelf.spec.mixed.a))", "spec.mixed.a is frozen"),
        ]);
    }

    [Fact]
    public void Mixed_list_inside_an_optional_item_is_refused_when_generating()
    {
        var deep = List("deep", Text("name", required: true), Text("b") with { Class = FieldClass.Access }) with
        {
            Required = false
        };
        Should.Throw<InvalidOperationException>(
            () => IdentityRules.Of(Object(List("list", Text("name", required: true), deep)), Frozen)).Message
            .ShouldContain("spec.list[].deep");
    }

    [Fact]
    public void Mixed_list_without_a_key_is_refused_when_generating()
    {
        var list = new SchemaNode
        {
            Name = "list",
            Type = "array",
            ListType = "atomic",
            Class = FieldClass.Identity,
            Items = Object(Text("a"), Text("b") with { Class = FieldClass.Access }),
        };
        Should.Throw<InvalidOperationException>(() => IdentityRules.Of(Object(list), Frozen)).Message
            .ShouldContain("spec.list");
    }

    [Theory]
    [InlineData(RunPhases.Pending)]
    [InlineData(RunPhases.Preflight)]
    [InlineData(OmsUpgradePhases.Backup)]
    [InlineData(RunPhases.Failed)]
    [InlineData(RunPhases.Planned)]
    [InlineData(RunPhases.Succeeded)]
    [InlineData("RolledBack")]
    public void Frozen_rule_and_code_agree_on_ended_phases(string phase)
    {
        var frozen = (FrozenWhileAttribute)typeof(OmsUpgrade)
            .GetCustomAttributes(typeof(FrozenWhileAttribute), inherit: true).Single();
        frozen.Condition.Contains($"'{phase}'", StringComparison.Ordinal)
            .ShouldBe(
                RunPhases.IsIdle(phase) || phase == RunPhases.Preflight,
                "while preflight is repeated, a plan that was only shown is stored");
    }

    [Fact]
    public void Snapshot_is_frozen_once_it_has_an_id()
    {
        var snapshot = KindReader.Read(typeof(BackupSnapshot).Assembly)
            .Single(kind => kind.Entity.Kind == BackupSnapshot.KindName);
        snapshot.Rules.Select(rule => rule.Message.Split(' ')[0]).ShouldBe(
        [
            "spec.databases", "spec.contents", "spec.storage", "spec.storage.directory", "spec.storage.s3",
            "spec.storage.s3.endpoint", "spec.storage.s3.bucket", "spec.storage.s3.prefix",
            "spec.storage.s3.region", "spec.storage.s3.pathStyle", "spec.storage.s3.insecure", "spec.pathPrefix",
            "spec.tool", "spec.threads", "spec.verify",
            "spec.testedDefinitions", "spec.encryption", "spec.series",
        ]);
        snapshot.Rules.ShouldAllBe(rule => rule.Rule.StartsWith(
            "!(has(oldSelf.status) && has(oldSelf.status.snapshotID)) || ", StringComparison.Ordinal));
    }

    [Fact]
    public void Restore_is_frozen_once_the_first_database_has_begun()
    {
        var restore = KindReader.Read(typeof(BackupSnapshot).Assembly)
            .Single(kind => kind.Entity.Kind == SnapshotRestore.KindName);
        restore.Rules.ShouldAllBe(rule => rule.Rule.Contains(
            "oldSelf.status.databases.exists(d, has(d.state) && d.state != 'Pending')", StringComparison.Ordinal));
        restore.Rules.Select(rule => rule.Message.Split(' ')[0]).ShouldBe(
        [
            "spec.snapshotRef", "spec.files", "spec.files.storage.directory", "spec.files.storage.s3",
            "spec.files.storage.s3.endpoint",
            "spec.files.storage.s3.bucket", "spec.files.storage.s3.prefix", "spec.files.storage.s3.region",
            "spec.files.storage.s3.pathStyle",
            "spec.files.storage.s3.insecure", "spec.files.path", "spec.databases",
        ]);
    }

    private static SchemaNode List(string name, params SchemaNode[] properties) => new()
    {
        Name = name,
        Type = "array",
        ListType = "map",
        ListMapKeys = ["name"],
        Class = FieldClass.Identity,
        Required = true,
        Items = Object([.. properties, Text("free") with { Class = FieldClass.Access }]),
    };

    private static SchemaNode Object(params SchemaNode[] properties) =>
        new() { Type = "object", Properties = properties };

    private static SchemaNode Text(string name, bool required = false) =>
        new() { Name = name, Type = "string", Class = FieldClass.Identity, Required = required };
}
