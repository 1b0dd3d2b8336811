namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>The backup is looked at as object and as files.</summary>
public sealed class BackupFilesTests
{
    [Fact]
    public void Missing_backup_files_stop_upgrade_until_they_are_restored()
    {
        var world = new TiDbWorld(new TiDbWorldSetup()).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Running, "tikv-1 drains");
        var snapshot = world.Objects.All<BackupSnapshot>().ShouldHaveSingleItem();
        var manifest = new SnapshotLocation(world.Storages, snapshot.Spec.PathPrefix ?? "", "s").ManifestName;
        world.Objects.UpdateStatus(snapshot with
        {
            Status = snapshot.Status! with
            {
                SnapshotID = "s",
                Databases =
                    [new Drydock.Crds.BackupSnapshots.SnapshotDatabase { Name = "d", File = "s/d.sql.gz", Bytes = 3 }]
            },
        });
        world.Storages.Objects["s/d.sql.gz"] = [1, 2];
        world.Life.WorldChanged();
        world.RunUntil(() => world.Life.Outcome?.State == RunState.TargetChanged, "reported", TimeSpan.FromMinutes(10));
        world.Life.Outcome!.Message.ShouldContain(manifest);
        world.Life.Outcome.Message.ShouldContain("s/d.sql.gz");

        world.Storages.Objects[manifest] = [1];
        world.Storages.Objects["s/d.sql.gz"] = [1, 2, 3];
        world.RunToSuccess();
        world.Violations.ShouldBeEmpty();
    }
}
