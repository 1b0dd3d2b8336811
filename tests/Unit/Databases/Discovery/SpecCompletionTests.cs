namespace Drydock.Tests.Unit.Databases.Discovery;

/// <summary>What a spec leaves out comes from its defaults, and then from what was found.</summary>
public sealed class SpecCompletionTests
{
    private static readonly InstanceControl Systemd = new() { Systemd = new SystemdControl() };

    [Fact]
    public void Complete_spec_stays_the_same_object()
    {
        var spec = Spec(Instance("kv-1", "h1") with { DeployDir = "/data/deploy", Control = Systemd });

        DatabaseSpecCompletion.IsComplete(spec).ShouldBeTrue();
        DatabaseSpecCompletion.Complete(spec, null).ShouldBeSameAs(spec);
    }

    [Fact]
    public void Own_setting_comes_before_component_and_defaults()
    {
        var supervise = new InstanceControl { Supervise = new SuperviseControl { Directory = "status" } };
        var spec = Spec(
            Instance("kv-1", "h1") with { DeployDir = "/own" }, Instance("kv-2", "h2") with { Port = 20171 },
            Instance("pd-1", "h1", DatabaseComponent.PD)) with
        {
            InstanceDefaults = new InstanceDefaults { Control = Systemd, DeployDir = "/all" },
            Processes = [new ComponentControl
            {
                Component = DatabaseComponent.TiKV,
                DeployDir = "/kv-{port}",
                Control = supervise
            }],
        };

        var complete = DatabaseSpecCompletion.Complete(spec, null);

        complete.Instances.Select(i => i.DeployDir).ShouldBe(["/own", "/kv-20171", "/all"]);
        complete.Instances.Select(i => complete.ControlOf(i)).ShouldBe([supervise, supervise, Systemd]);
        complete.Instances.Select(i => complete.ControlField(i))
            .ShouldBe(["spec.processes", "spec.processes", "spec.instanceDefaults.control"]);
        DatabaseSpecCompletion.IsComplete(spec).ShouldBeTrue();
    }

    [Fact]
    public void Found_process_fills_listed_instance_by_host_and_port()
    {
        var spec = Spec(Instance("mine", "H1") with { DataDir = "/own/data" }) with { DiscoverFrom = "h0" };
        var found = new DatabaseInventory
        {
            Instances = [Found("tikv-h1", "h1") with { DataDir = "/found/data" }, Found("tikv-h2", "h2")]
        };

        var complete = DatabaseSpecCompletion.Complete(spec, found);

        complete.Instances.Select(i => (i.Name, i.DeployDir, i.DataDir))
            .ShouldBe([("mine", "/found", "/own/data"), ("tikv-h2", "/found", null)]);
        complete.Instances.ShouldAllBe(i => i.Control!.Systemd!.Unit == "tikv-20160.service");
        DatabaseSpecCompletion.Complete(complete, found).Instances.ShouldBe(complete.Instances);
    }

    [Fact]
    public void Found_control_becomes_a_setting_of_one_kind()
    {
        new InventoryControl { Unit = "u.service", Link = "bin" }.AsSetting()
            .ShouldBe(new InstanceControl { Systemd = new SystemdControl { Unit = "u.service" }, Link = "bin" });
        new InventoryControl { Supervise = "/service/u" }.AsSetting()
            .ShouldBe(new InstanceControl { Supervise = new SuperviseControl { Directory = "/service/u" } });
        var plain = new InventoryControl { Command = ["/d/bin/pump", "-x"] }.AsSetting();
        (plain.Systemd, plain.Supervise, plain.Scripts).ShouldBe((null, null, null));
        plain.Process!.Command.ShouldBe(["/d/bin/pump", "-x"]);
    }

    [Fact]
    public void Discovery_completes_spec_and_puts_findings_into_hash_notes_and_status()
    {
        var spec = Spec() with { DiscoverFrom = "h0" };
        var found = new DatabaseInventory { Instances = [Found("tikv-h1", "h1")] };
        var other = new DatabaseInventory { Instances = [Found("tikv-h1", "h1") with { DeployDir = "/other" }] };
        var seen = new List<DatabaseRollingUpgradeSpec>();

        var plan = ((IRunDiscovery)new CompletedDiscovery(new Recorded(seen), found)).Compile(spec);

        seen.ShouldHaveSingleItem().Instances.ShouldHaveSingleItem().Name.ShouldBe("tikv-h1");
        plan.Notes.ShouldHaveSingleItem().ShouldBeWorded();
        plan.Hash.ShouldMatch("^sha256:[0-9a-f]{64}$");
        plan.Hash.ShouldNotBe(new CompletedDiscovery(new Recorded(seen), other).Compile(spec).Hash);
        plan.Hash.ShouldBe(new CompletedDiscovery(new Recorded(seen), found).Compile(spec).Hash);
        new CompletedDiscovery(new Recorded(seen), new()).Compile(spec).Hash
            .ShouldBe(new Recorded([]).Compile(spec).Hash);
        new CompletedDiscovery(new Recorded(seen), found).Learn(new(), spec, default).Inventory.ShouldBe(found);
    }

    [Fact]
    public void New_fields_leave_hash_of_explicit_spec_unchanged()
    {
        var spec = Spec(Instance("kv-1", "h1") with { DeployDir = "/d", Control = Systemd });
        var json = JsonSerializer.Serialize(spec, CrdsJsonContext.Default.DatabaseRollingUpgradeSpec);

        json.ShouldNotContain("seed");
        json.ShouldNotContain("defaults");
        FieldClasses.Hash(DatabaseSpecCompletion.Complete(spec, null), FieldClass.Identity)
            .ShouldBe(FieldClasses.Hash(spec, FieldClass.Identity));
    }

    private static DatabaseRollingUpgradeSpec Spec(params DatabaseInstance[] instances) =>
        HostCases.Spec(DatabaseEngine.TiDB, instances) with
        {
            Processes = [],
            Tidb = new TiDbSpec()
        };

    private static DatabaseInstance Instance(
        string name, string host, DatabaseComponent component = DatabaseComponent.TiKV) =>
        new() { Name = name, Component = component, Host = host };

    private static InventoryInstance Found(string name, string host) =>
        new()
        {
            Name = name,
            Component = DatabaseComponent.TiKV,
            Host = host,
            Port = 20160,
            DeployDir = "/found",
            Control = new InventoryControl { Unit = "tikv-20160.service" }
        };

    private sealed class Recorded(List<DatabaseRollingUpgradeSpec> seen)
        : IRunDiscovery<DatabaseRollingUpgradeSpec, DatabaseRollingUpgradeStatus>
    {
        public string TargetIdentity => "id";

        public string TargetDescription => "a database";

        public Plan Compile(DatabaseRollingUpgradeSpec spec)
        {
            seen.Add(spec);
            return new Plan { Acknowledged = ["inner"] };
        }

        public DatabaseRollingUpgradeStatus Learn(
            DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec, DateTimeOffset now) => status;
    }
}
