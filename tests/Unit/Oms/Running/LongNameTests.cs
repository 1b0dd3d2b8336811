namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// The longest name that an API server takes, on a server that checks names, labels and annotations as a real one does.
/// </summary>
public sealed class LongNameTests
{
    private static readonly string Longest = string.Concat(Enumerable.Repeat("platform-", 27)) + "upgrade.of";

    [Fact]
    public void Upgrade_with_253_character_name_succeeds_and_labels_its_children()
    {
        Longest.Length.ShouldBe(253);
        var name = Longest;
        var world = new OmsWorld(new WorldSetup { Name = name }).Apply();
        world.RunToSuccess();

        var snapshot = world.Api.All<BackupSnapshot>().Single(s => s.Spec.Contents == SnapshotContents.All);
        snapshot.Metadata.Annotations.ShouldNotBeNull()[Annotations.Upgrade].ShouldBe(name);
        snapshot.Metadata.Labels.ShouldNotBeNull().ShouldSatisfyAllConditions(
            l => l[Labels.UpgradeUid].ShouldBe(world.Upgrade.Metadata.Uid),
            l => l[Labels.UpgradeKind].ShouldBe("OmsUpgrade"),
            l => l[Labels.ManagedBy].ShouldBe("drydock"),
            l => l[Labels.UpgradeName].Length.ShouldBeLessThanOrEqualTo(63));
        snapshot.Metadata.OwnerReferences.ShouldBeNull();
        var outputs = world.Api.All<V1Secret>().Where(s => s.Metadata.OwnerReferences is not null).ToList();
        outputs.ShouldNotBeEmpty();
        outputs.ShouldAllBe(s => s.Metadata.Name.Length <= 253 && s.Metadata.Annotations![Annotations.Upgrade] == name);
        world.Status.Plan!.Steps.Select(s => s.Record.OutputRef).OfType<string>().ShouldBe(
            outputs.Where(o => o.Data!.ContainsKey("output")).Select(o => o.Metadata.Name), ignoreOrder: true);
    }

    [Fact]
    public void Rollback_with_253_character_upgrade_name_restores_databases()
    {
        var name = new string('r', 253);
        var world = new OmsWorld(new WorldSetup { Name = name, Jar = RollbackTests.FailingJar }).Apply(
            s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();

        var restore = world.Api.All<SnapshotRestore>().ShouldHaveSingleItem();
        restore.Metadata.Annotations.ShouldNotBeNull()[Annotations.Upgrade].ShouldBe(name);
        restore.Metadata.OwnerReferences.ShouldNotBeNull().ShouldHaveSingleItem().Name.ShouldBe(name);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Labels_of_long_names_with_equal_beginning_differ()
    {
        var (one, other) =
            (ObjectNames.Label(new string('a', 100) + "1"), ObjectNames.Label(new string('a', 100) + "2"));
        one.ShouldNotBe(other);
        (one.Length, other.Length).ShouldBe((63, 63));
    }

    [Fact]
    public void Outputs_of_steps_with_long_ids_have_unique_legal_names()
    {
        var owner = new V1ObjectMeta { Name = new string('o', 253), Uid = "12345678-0000" };
        var names = new[] { "Phase/" + new string('n', 200) + "1", "Phase/" + new string('n', 200) + "2" }
            .Select(id => ObjectNames.Overflow(owner, id, "1")).ToList();
        names.ShouldAllBe(n => n.Length <= 253);
        names.ShouldBeUnique();
    }
}
