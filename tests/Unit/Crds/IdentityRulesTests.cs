using Drydock.Abstractions.Entities;
using Drydock.CrdGen.Model;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.OmsUpgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

public sealed class IdentityRulesTests
{
    private static readonly FrozenWhileAttribute Frozen = new("oldSelf.busy", "is frozen");

    [Fact]
    public void A_required_field_is_compared_as_it_is_and_an_optional_one_may_stay_away() =>
        IdentityRules.Of(Object(Text("a", required: true), Text("b")), Frozen).ShouldBe(
        [
            new CelRule("!(oldSelf.busy) || (self.spec.a == oldSelf.spec.a)", "spec.a is frozen"),
            new CelRule("!(oldSelf.busy) || (has(self.spec.b) == has(oldSelf.spec.b) && (!has(self.spec.b) || self.spec.b == oldSelf.spec.b))", "spec.b is frozen"),
        ]);

    [Fact]
    public void Fields_of_another_class_inside_a_keyed_list_stay_free()
    {
        var list = new SchemaNode
        {
            Name = "nodes",
            Type = "array",
            ListType = "map",
            ListMapKeys = ["name"],
            Class = FieldClass.Identity,
            Items = Object(Text("name", required: true), Text("host", required: true), Text("endpoint") with { Class = FieldClass.Access }),
        };
        IdentityRules.Of(Object(list), Frozen).Select(rule => rule.Message).ShouldBe(["spec.nodes[].name is frozen", "spec.nodes[].host is frozen"]);
    }

    [Fact]
    public void Identity_mixed_with_other_fields_in_an_optional_object_is_refused_when_generating()
    {
        var mixed = Object(Text("a"), Text("b") with { Class = FieldClass.Access }) with { Name = "mixed", Class = FieldClass.Identity };
        Should.Throw<InvalidOperationException>(() => IdentityRules.Of(Object(mixed), Frozen)).Message.ShouldContain("spec.mixed");
    }

    [Fact]
    public void Identity_mixed_with_other_fields_in_a_list_without_key_is_refused_when_generating()
    {
        var list = new SchemaNode
        {
            Name = "list",
            Type = "array",
            ListType = "atomic",
            Class = FieldClass.Identity,
            Items = Object(Text("a"), Text("b") with { Class = FieldClass.Access }),
        };
        Should.Throw<InvalidOperationException>(() => IdentityRules.Of(Object(list), Frozen)).Message.ShouldContain("spec.list");
    }

    [Theory]
    [InlineData(OmsUpgradePhases.Pending)]
    [InlineData(OmsUpgradePhases.Preflight)]
    [InlineData(OmsUpgradePhases.Backup)]
    [InlineData(OmsUpgradePhases.Failed)]
    [InlineData(OmsUpgradePhases.Planned)]
    [InlineData(OmsUpgradePhases.Succeeded)]
    [InlineData("RolledBack")]
    public void The_code_and_the_rule_agree_on_which_phases_are_ended(string phase)
    {
        var frozen = (FrozenWhileAttribute)typeof(OmsUpgrade).GetCustomAttributes(typeof(FrozenWhileAttribute), inherit: false).Single();
        frozen.Condition.Contains($"'{phase}'", StringComparison.Ordinal).ShouldBe(OmsUpgradePhases.IsEnded(phase));
    }

    [Fact]
    public void A_snapshot_is_frozen_from_the_moment_it_has_an_id()
    {
        var snapshot = KindReader.Read(typeof(BackupSnapshot).Assembly).Single(kind => kind.Entity.Kind == BackupSnapshot.KindName);
        snapshot.Rules.Select(rule => rule.Message.Split(' ')[0]).ShouldBe(["spec.databases", "spec.storage", "spec.pathPrefix", "spec.tool"]);
        snapshot.Rules.ShouldAllBe(rule => rule.Rule.StartsWith("!(has(oldSelf.status) && has(oldSelf.status.snapshotID)) || ", StringComparison.Ordinal));
    }

    private static SchemaNode Object(params SchemaNode[] properties) => new() { Type = "object", Properties = properties };

    private static SchemaNode Text(string name, bool required = false) => new() { Name = name, Type = "string", Class = FieldClass.Identity, Required = required };
}
