using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>Services of the monitoring that are restarted with new files.</summary>
public sealed class MonitoringTests
{
    private const string Host = "192.0.2.1";

    internal static readonly TiDbWorldSetup Monitored = new()
    {
        Spec = s =>
            s with { Tidb = s.Tidb! with { Monitoring = [Service("prometheus", 9090), Service("grafana", 3000)] } },
    };

    [Fact]
    public void Monitoring_services_get_files_and_restart_once_in_spec_order()
    {
        var world = World();
        world.RunToSuccess();

        world.Done.Where(d => d.Contains("prometheus", StringComparison.Ordinal)
            || d.Contains("grafana", StringComparison.Ordinal)).ShouldBe(
        [
            "stop prometheus", $"replace {Host}:/data/prometheus/bin/run", "start prometheus",
            "stop grafana", $"replace {Host}:/data/grafana/bin/run", "start grafana",
        ]);
        world.Files[(Host, "/data/grafana/bin/run")].ShouldBe("new");
        world.Files[(Host, "/data/grafana/bin/run.2.1.19")].ShouldBe("old");
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Monitoring_service_without_open_port_blocks_the_next_service()
    {
        var world = World();
        world.SilentServices.Add("prometheus");
        world.RunUntil(() => world.Done.Contains("start prometheus"), "restarted");
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Step("UpgradeMonitoring/prometheus").State.ShouldBe(StepState.Running);
        world.Done.ShouldNotContain("stop grafana");

        world.SilentServices.Clear();
        world.RunToSuccess();
        world.Done.Count(d => d == "start prometheus").ShouldBe(1);
    }

    [Fact]
    public void Monitoring_file_with_wrong_checksum_is_not_installed()
    {
        var world = World();
        world.Files[(Host, "/data/new/grafana")] = "something else";
        world.RunToStall();

        world.Life.Outcome!.Reason.ShouldBe(Reasons.PackageMissing);
        world.Files[(Host, "/data/grafana/bin/run")].ShouldBe("old");
    }

    [Fact]
    public void Service_on_several_hosts_is_restarted_on_each()
    {
        string[] hosts = [Host, "192.0.2.77"];
        var spec = new TiDbWorld(Monitored).Upgrade.Spec;
        var node = Service("node-exporter", 9100) with { Host = "", Hosts = [.. hosts] };

        var services = (spec.Tidb! with { Monitoring = [node] }).Services().ToList();

        services.Select(s => (s.Name, s.Host, s.Port))
            .ShouldBe([("node-exporter-192-0-2-1", Host, 9100), ("node-exporter-192-0-2-77", "192.0.2.77", 9100)]);
    }

    [Fact]
    public void Service_needs_a_step_of_its_own()
    {
        var spec = new TiDbWorld(Monitored).Upgrade.Spec;
        DatabaseRollingUpgradeSpec With(params MonitoringService[] services) =>
            spec with { Tidb = spec.Tidb! with { Monitoring = [.. services] } };

        Messages(With(Service("a", 1) with { Host = "", Hosts = ["x.y", "x-y"] }))
            .ShouldHaveSingleItem().ShouldBeWorded();
        Messages(With(Service("a", 1) with { Host = "", Hosts = ["x", "y"] }, Service("a-z", 1))).ShouldBeEmpty();
    }

    private static IEnumerable<string> Messages(DatabaseRollingUpgradeSpec spec) =>
        DatabaseSpecPreflight.Check(spec).Select(f => f.Message);

    private static TiDbWorld World()
    {
        var world = new TiDbWorld(Monitored);
        Lay(world);
        return world.Begin();
    }

    /// <summary>The files of the services lie on the host, new and old.</summary>
    internal static void Lay(TiDbWorld world)
    {
        foreach (var name in new[] { "prometheus", "grafana" })
        {
            world.Files[(Host, $"/data/new/{name}")] = "new";
            world.Files[(Host, $"/data/{name}/bin/run")] = "old";
        }
    }

    private static MonitoringService Service(string name, int port) => new()
    {
        Name = name,
        Host = Host,
        Port = port,
        DeployDir = $"/data/{name}",
        Control = new InstanceControl { Systemd = new SystemdControl { Unit = $"{name}.service" } },
        Files = [new ReplacedFile { From = $"/data/new/{name}", To = "bin/run", Sha256 = ContentHash.Of("new") }],
    };
}
