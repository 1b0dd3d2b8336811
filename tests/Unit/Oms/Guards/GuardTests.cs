namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// Somebody changes the target while the upgrade runs: it stands still, says who, what and where, and goes on when it
/// is mended.
/// </summary>
public sealed class GuardTests
{
    [Fact]
    public void Running_console_of_another_node_stalls_the_JAR()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the JAR on oms-a");
        world.New("oms-a")!.StartProgram("oms_console");
        world.RunToStall();

        (world.ReasonOf("Stalled"), world.Count("jar")).ShouldBe(("ComponentsUnhealthy", 1));
        world.Status.Message.ShouldBeWorded();
        world.New("oms-a")!.StopProgram("oms_console");
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Old_container_started_manually_stalls_until_stopped()
    {
        var world = Begun("the dump", w => w.Count("snapshot") == 1);
        world.Old("oms-b").Start();
        Stalls(world, "oms_322 on oms-b");

        world.Old("oms-b").Stop(0);
        Continues(world, snapshots: 2);
    }

    [Fact]
    public void Removed_old_container_stalls_until_restored()
    {
        var world = Begun("the JAR", w => w.Count("jar") == 1);
        var old = world.Old("oms-a");
        world["oms-a"].Containers.Remove(old);
        world["oms-a"].Emit(old, "destroy");
        Stalls(world, "oms_322 on oms-a was removed");

        world["oms-a"].Containers.Add(old);
        Continues(world);
    }

    [Fact]
    public void High_availability_enabled_in_console_stalls_until_disabled()
    {
        var world = Begun("the dump", w => w.Count("snapshot") == 1);
        var off = world.Metadata.HaConfig;
        world.Metadata.HaConfig = WorldSetup.PartialHa;
        Stalls(world, "ha.config says enable: true");

        world.Metadata.HaConfig = off;
        Continues(world);
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.TargetChanged
            && a.Message.Contains("High availability was on", StringComparison.Ordinal));
    }

    [Fact]
    public void Unreadable_ha_config_stalls_until_it_can_be_read()
    {
        var world = Begun("the dump", w => w.Count("snapshot") == 1);
        var off = world.Metadata.HaConfig;
        world.Metadata.HaConfig = "{enable: maybe";
        Stalls(world, "ha.config cannot be read any more");

        world.Metadata.HaConfig = off;
        Continues(world);
    }

    [Fact]
    public void High_availability_that_was_off_is_guarded_from_the_first_step_on()
    {
        var off = WorldSetup.PartialHa.Replace("true", "false", StringComparison.Ordinal);
        var world = new OmsWorld(new WorldSetup { RealJson = false, HaConfig = off }).Apply(
            s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Metadata.HaConfig = WorldSetup.PartialHa;
        world.EditSpec(s => s with { HoldBefore = [] });
        Stalls(world, "ha.config says enable: true");
        world.Count("stop").ShouldBe(0);

        world.Metadata.HaConfig = off;
        Continues(world);
    }

    [Theory]
    [InlineData("before the old containers stop", "cm_location: \"0\"", "cm_location: \"9\"", "cm_location")]
    [InlineData("the dump", "drc_cm_db: cm_340", "drc_cm_db: cm_341", "drc_cm_db")]
    [InlineData("the JAR", "drc_cm_db: cm_340", "drc_cm_db: cm_341", "drc_cm_db")]
    public void Changed_configuration_file_stalls_until_corrected(string what, string from, string to, string key)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true }).Apply(
            s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        if (what != "before the old containers stop")
        {
            world.EditSpec(s => s with { HoldBefore = [] });
            world.RunUntil(() => world.Count(what == "the JAR" ? "jar" : "snapshot") == 1, what);
        }

        var before = System.Text.Encoding.UTF8.GetString(world["oms-b"].Files["/data/oms/config.yaml"]);
        before.ShouldContain(from);
        world["oms-b"].Write("/data/oms/config.yaml", before.Replace(from, to, StringComparison.Ordinal));
        world.EditSpec(s => s with { HoldBefore = [] });
        if (what == "before the old containers stop")
        {
            world.RunUntil(() => world.Is("Failed"), "the look finds it");
            world.Status.Message.ShouldNotBeNull().ShouldContain("cm_location");
        }
        else
        {
            Stalls(world, $"config.yaml of oms-b has other values of {key} than when the plan was made");
        }

        (world.Count("stop") == 0).ShouldBe(what == "before the old containers stop");

        world["oms-b"].Write("/data/oms/config.yaml", before);
        Continues(world);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Changed_metadata_address_stalls_before_the_databases_are_used(bool restarts)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { HoldBefore = ["Backup"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var before = System.Text.Encoding.UTF8.GetString(world["oms-a"].Files["/data/oms/config.yaml"]);
        world["oms-a"].Write(
            "/data/oms/config.yaml", before.Replace(WorldMetadataServer.Host, "192.0.2.51", StringComparison.Ordinal));
        world.EditSpec(s => s with { HoldBefore = [] });
        var says = "config.yaml of oms-a has other values of oms_meta_host than when the plan was made";
        if (restarts)
        {
            Stalls(world, says);
        }
        else
        {
            world.RunToStall();
            world.Status.Message.ShouldNotBeNull().ShouldContain(says);
        }

        (world.Count("trim"), world.Count("snapshot")).ShouldBe((0, 0));

        world["oms-a"].Write("/data/oms/config.yaml", before);
        Continues(world);
        world.Api.All<BackupSnapshot>().Single(s => s.Spec.Contents == SnapshotContents.All).Spec.Source.Host
            .ShouldBe(WorldMetadataServer.Host);
    }

    [Fact]
    public void Configuration_file_is_read_before_the_steps_that_rely_on_it_only()
    {
        var world = Begun("the plan has begun", w => w.Count("load") > 0);
        world["oms-a"].FileReads.Clear();
        world["oms-b"].FileReads.Clear();
        world.RunUntil(() => world.Count("stop") > 0, "the old containers stop");
        var before = Reads("oms-b");
        world.RunUntil(() => world.Count("jar") > 0, "the JAR runs");

        // DisableHA/ha-config reads it twice, and so do the trim and the dump: each step before its receipt and its
        // act.
        before.ShouldBeInRange(4, 8);
        (Reads("oms-b") - before).ShouldBeInRange(8, 16);

        // The address of the metadata server, which is in the file of oms-a, is not read again while it stays.
        Reads("oms-a").ShouldBeInRange(1, Reads("oms-b") + 2);

        int Reads(string host) => world[host].FileReads.Count(path => path == OmsConfig.ContainerPath);
    }

    [Fact]
    public void New_container_with_another_image_stalls_until_corrected()
    {
        var world = Begun("the old ones stopped", w => w.Count("stop") == 2);
        var made = world.New("oms-a")!;
        Replace(made, world.Image("4.1.0", "other"), made.HostConfig);
        Stalls(world, "oms_422 on oms-a was replaced: its image is sha256:410");

        Replace(world.New("oms-a")!, made.Image, made.HostConfig);
        Continues(world);
    }

    [Fact]
    public void New_container_with_other_options_stalls_until_corrected()
    {
        var world = Begun("the old ones stopped", w => w.Count("stop") == 2);
        var made = world.New("oms-a")!;
        Replace(
            made, made.Image, made.HostConfig with { Binds = [.. made.HostConfig.Binds!.Skip(1)], Memory = 1L << 30 });
        Stalls(world, "oms_422 on oms-a was replaced by a container with other options: Binds, Memory");

        Replace(world.New("oms-a")!, made.Image, made.HostConfig);
        Continues(world);
    }

    [Fact]
    public void Limits_that_an_administrator_updates_break_no_guard()
    {
        var world = Begun("the old ones stopped", w => w.Count("stop") == 2);
        var made = world.New("oms-a")!;
        made.HostConfig = made.HostConfig with { Memory = 1L << 30 };
        world["oms-a"].Emit(made, "update");
        Continues(world);
    }

    [Fact]
    public void Missing_snapshot_files_stall_until_restored()
    {
        var world = Begun("the new ones started", w => w.Count("start") == 2);
        world.Archives.MissingSnapshotFiles.Add("up-1/rm_340.sql.gz");
        Stalls(world, "rm_340.sql.gz");

        world.Archives.MissingSnapshotFiles.Clear();
        Continues(world);
    }

    [Fact]
    public void Deleted_snapshot_object_stalls_the_upgrade()
    {
        var world = Begun("the new ones started", w => w.Count("start") == 2);
        world.Api.Delete<BackupSnapshot>(OmsWorld.Namespace, OmsWorld.Made(world.Status.Plan));
        Stalls(world, $"BackupSnapshot {OmsWorld.Made(world.Status.Plan)}");
    }

    // An administrator removes it and creates another one of its name.
    internal static void Replace(WorldContainer made, WorldImage image, HostConfig options)
    {
        var host = made.Host;
        host.Containers.Remove(made);
        var other = new WorldContainer(host.World, host, made.Name, image, made.Config, options);
        host.Containers.Add(other);
        host.Emit(other, "create");
    }

    private static OmsWorld Begun(string what, Func<OmsWorld, bool> until)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true }).Apply();
        world.RunUntil(() => until(world), what);
        return world;
    }

    private static void Stalls(OmsWorld world, string says)
    {
        world.RunToStall();
        world.ReasonOf("Stalled").ShouldBe("TargetChanged");
        (world.Is("Reconciling"), world.Is("Ready"), world.Is("Failed")).ShouldBe((false, false, false));
        world.Status.Message.ShouldNotBeNull().ShouldContain(says);
        world.Events.All.ShouldContain(e => e.IsWarning && e.Reason == "TargetChanged");
        var done = world.Done.Count;
        world.RunFor(TimeSpan.FromHours(2));
        world.Restart();
        world.RunFor(TimeSpan.FromHours(2));
        world.Done.Skip(done).Where(a => !a.What.StartsWith("console", StringComparison.Ordinal))
            .ShouldBeEmpty("what still boots may, nothing new is done");
        world.ReasonOf("Stalled").ShouldBe("TargetChanged", world.Status.Message);
    }

    private static void Continues(OmsWorld world, int snapshots = 1)
    {
        world.RunToSuccess();
        (world.Count("jar"), world.Count("init"), world.Count("snapshot"), world.Count("create"))
            .ShouldBe((2, 1, snapshots, 2));
    }
}
