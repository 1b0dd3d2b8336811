namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>The longest name that an API server takes.</summary>
public sealed class LongNameTests
{
    [Fact]
    public void Upgrade_with_name_of_253_characters_succeeds_and_labels_children()
    {
        var name = new string('t', 253);
        var world = new TiDbWorld(new TiDbWorldSetup { Name = name }).Begin();
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
        var children = world.Objects.All<BackupSnapshot>().Select(s => s.Metadata)
            .Concat(world.Objects.All<V1Secret>().Select(s => s.Metadata)).ToList();
        children.Count.ShouldBeGreaterThanOrEqualTo(2);
        children.ShouldAllBe(m => m.Annotations![Annotations.Upgrade] == name
            && m.Labels![Labels.UpgradeKind] == "DatabaseRollingUpgrade" && m.Labels[Labels.ManagedBy] == "drydock");
        children.ShouldAllBe(
            m => m.Labels![Labels.UpgradeUid] == TiDbWorld.Uid && m.Labels[Labels.UpgradeName].Length <= 63);
    }
}
