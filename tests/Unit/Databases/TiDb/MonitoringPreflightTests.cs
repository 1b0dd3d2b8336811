using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>Hosts that have only monitoring are checked, and get the package, as others are.</summary>
public sealed class MonitoringPreflightTests
{
    private const string Alone = "192.0.2.77";
    private const string Configuration = TiDbWorld.PackageDirectory + "/conf/prometheus.yml";

    [Fact]
    public void Files_of_the_package_reach_a_host_that_has_only_monitoring()
    {
        var world = Made(With(Prometheus()) with { PackagePresent = false }).Begin();
        world.RunToSuccess();

        world.Done.ShouldContain($"package {Alone}");
        world.Done.ShouldContain($"replace {Alone}:/data/prometheus/conf/prometheus.yml");
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Package_without_the_listed_file_is_refused_before_anything_is_stopped()
    {
        var world = new TiDbWorld(With(Prometheus()) with { PackagePresent = false });
        world.Files[(Alone, Configuration)] = "another";
        world.Begin().RunToStall();

        world.Life.Outcome!.Reason.ShouldBe(Reasons.PackageCorrupt);
        world.Life.Outcome.Message.ShouldContain(Configuration);
        world.Done.ShouldNotContain(d => d.StartsWith("stop ", StringComparison.Ordinal));
    }

    [Fact]
    public void Archives_for_other_components_are_not_expected_on_a_monitoring_host()
    {
        var spec = new TiDbWorld(With(Prometheus()) with { PackagePresent = false }).Upgrade.Spec;
        MonitoringLayout.PackageHosts(spec).ShouldContain(Alone);
        var archives = spec.Package.Archives.Select(a => a with { Components = [DatabaseComponent.TiKV] });

        MonitoringLayout.PackageHosts(spec with { Package = spec.Package with { Archives = [.. archives] } })
            .ShouldNotContain(Alone);
    }

    [Fact]
    public void Preflight_of_healthy_services_finds_nothing() =>
        Preflight(_ => { }).ShouldBeEmpty();

    [Fact]
    public void Preflight_finds_monitoring_host_that_does_not_answer() =>
        Preflight(w => w.Unreachable.Add(Alone)).ShouldContain(
            f => f.Reason == Reasons.HostUnreachable && f.Message.Contains(Alone, StringComparison.Ordinal));

    [Fact]
    public void Preflight_finds_service_without_supervisor() =>
        Preflight(w => w.UnmanagedServices.Add("prometheus")).ShouldContain(
            f => f.Reason == Reasons.ControlMismatch && f.Field == "spec.tidb.monitoring[prometheus].control");

    [Fact]
    public void Preflight_finds_new_file_that_is_missing_or_different()
    {
        var there = With(Prometheus() with
        {
            Files = [new ReplacedFile { From = "/opt/run", To = "run.sh", Sha256 = ContentHash.Of("right") }]
        });
        Preflight(w => w.Files[(Alone, "/opt/run")] = "wrong", there)
            .ShouldContain(f => f.Reason == Reasons.PackageCorrupt
                && f.Message.Contains("/opt/run on 192.0.2.77 has SHA-256", StringComparison.Ordinal));
        Preflight(w => w.Packages[Alone] = false)
            .ShouldContain(f => f.Reason == Reasons.PackageMissing && f.Node == "prometheus");
    }

    [Fact]
    public void Findings_about_services_can_be_acknowledged()
    {
        Preflight(w => w.SilentServices.Add("prometheus")).ShouldHaveSingleItem().Acknowledge
            .ShouldBe("ClusterUnhealthy/prometheus");
        Preflight(w => w.MissingDirectories.Add("/data/prometheus/conf")).ShouldHaveSingleItem().Acknowledge
            .ShouldBe("AccessDenied/prometheus");
        Preflight(w => w.PromtoolRefusal = "FAILED: parsing YAML file").ShouldHaveSingleItem().Acknowledge
            .ShouldBe("ConfigurationInvalid/prometheus");
    }

    [Fact]
    public void Configuration_that_promtool_refuses_leaves_the_service_running()
    {
        var world = Made(With(Prometheus())).Begin();
        world.PromtoolRefusal = "FAILED: parsing YAML file";
        world.RunToStall();

        var step = world.Step("UpgradeMonitoring/prometheus");
        (step.State, step.Reason, step.Acceptable).ShouldBe((StepState.Failed, Reasons.ConfigurationInvalid, true));
        step.Message.ShouldBeWorded();
        world.Done.ShouldNotContain("stop prometheus");
    }

    [Fact]
    public void Acknowledged_configuration_is_installed_though_promtool_refuses_it()
    {
        var setup = With(Prometheus());
        var world = Made(setup with
        {
            Spec = s => setup.Spec(s) with
            {
                Preflight = new DatabasePreflightSpec { Acknowledge = ["ConfigurationInvalid/prometheus"] }
            }
        });
        world.PromtoolRefusal = "FAILED";
        world.Begin().RunToSuccess();

        world.Done.ShouldContain("start prometheus");
    }

    [Fact]
    public void Service_is_waited_for_until_its_page_answers()
    {
        var world = Made(With(Prometheus() with { ReadyPath = "/-/ready" })).Begin();
        world.UnreadyPorts.Add(9090);
        world.RunUntil(() => world.Done.Contains("start prometheus"), "restarted");
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Step("UpgradeMonitoring/prometheus").State.ShouldBe(StepState.Running);

        world.UnreadyPorts.Clear();
        world.RunToSuccess();
        world.Done.Count(d => d == "start prometheus").ShouldBe(1);
    }

    private static IReadOnlyList<Finding> Preflight(Action<TiDbWorld> change, TiDbWorldSetup? setup = null)
    {
        var world = new TiDbWorld(setup ?? With(Prometheus()));
        change(world);
        return world.Preflight().Findings;
    }

    private static TiDbWorld Made(TiDbWorldSetup setup)
    {
        var world = new TiDbWorld(setup);
        world.Files[(Alone, Configuration)] = "scrape_configs: []";
        return world;
    }

    private static TiDbWorldSetup With(params MonitoringService[] services) => new()
    {
        Spec = s => s with { Tidb = s.Tidb! with { Monitoring = [.. services] } },
    };

    private static MonitoringService Prometheus() => new()
    {
        Name = "prometheus",
        Host = Alone,
        Port = 9090,
        DeployDir = "/data/prometheus",
        Control = new InstanceControl { Systemd = new SystemdControl { Unit = "prometheus.service" } },
        Files = [new ReplacedFile
        {
            From = Configuration,
            To = "conf/prometheus.yml",
            Sha256 = ContentHash.Of("scrape_configs: []")
        }],
    };
}
