namespace Drydock.Tests.Unit.Databases;

/// <summary>
/// The largest databases that are taken have plans that the status takes: as many steps, and as long ids, as its schema
/// has.
/// </summary>
public sealed class LargestDatabasePlanTests
{
    [Fact]
    public void Plan_of_TiDB_with_most_instances_on_separate_hosts_fits() =>
        Fits(TiDb(SchemaLimits.Instances, services: 10));

    [Fact]
    public void Plan_of_TiDB_with_most_services_fits() => Fits(TiDb(260, services: 64, sparks: 64));

    [Fact]
    public void Plan_of_YugabyteDB_with_most_instances_on_separate_hosts_fits() =>
        Fits(Yugabyte(SchemaLimits.Instances, groups: 2));

    [Fact]
    public void Plan_of_YugabyteDB_with_most_replication_groups_fits() => Fits(Yugabyte(260, groups: 32));

    [Fact]
    public void Spec_with_too_many_steps_is_refused()
    {
        Messages(TiDb(SchemaLimits.Instances, services: 11)).ShouldHaveSingleItem().ShouldBeWorded();
        Messages(TiDb(SchemaLimits.Instances, services: 8, sparks: 3)).ShouldHaveSingleItem().ShouldBeWorded();
        Messages(Yugabyte(SchemaLimits.Instances, groups: 3)).ShouldHaveSingleItem().ShouldBeWorded();
    }

    private static void Fits(DatabaseRollingUpgradeSpec spec)
    {
        Messages(spec).ShouldBeEmpty();
        PlanProgress plan = DatabaseDiscoveryOf.Plan(spec);
        plan.Steps.Count.ShouldBeLessThanOrEqualTo(SchemaLimits.Steps);
        plan.Guards.Count.ShouldBeLessThanOrEqualTo(SchemaLimits.Steps);
        plan.Steps.Select(step => step.Id).ShouldAllBe(id => id.Length <= SchemaLimits.Name);
        plan.Steps.Select(step => step.Title).ShouldAllBe(title => title.Length <= SchemaLimits.Reference);
        plan.Steps.SelectMany(step => step.Parameters.Values).ShouldAllBe(value => value.Length <= SchemaLimits.Opaque);
        plan.Steps.Select(step => step.Id).ShouldBeUnique();
        var api = new FakeKubernetes(WorldJson.Crds, new ManualTimeProvider());
        var upgrade = api.Create(
            new DatabaseRollingUpgrade { Metadata = new V1ObjectMeta { Name = "up" }, Spec = spec });
        api.UpdateStatus(upgrade with { Status = new DatabaseRollingUpgradeStatus { Plan = plan } })
            .Status!.Plan!.Steps.Count.ShouldBe(plan.Steps.Count);
    }

    private static IEnumerable<string> Messages(DatabaseRollingUpgradeSpec spec) =>
        DatabaseSpecPreflight.Check(spec).Select(finding => finding.Message);

    private static DatabaseRollingUpgradeSpec TiDb(int instances, int services = 0, int sparks = 0)
    {
        var spec = new TiDbWorld().Upgrade.Spec;
        return spec with
        {
            Instances = [.. Enumerable.Range(1, instances).Select(i => Instance(i, i switch
            {
                <= 3 => DatabaseComponent.PD,
                <= 6 => DatabaseComponent.TiDB,
                _ => DatabaseComponent.TiKV
            }))],
            Tidb = spec.Tidb! with
            {
                Monitoring =
                [
                    .. Enumerable.Range(1, services).Select(i => new MonitoringService
                    {
                        Name = string.Create(CultureInfo.InvariantCulture, $"service-{i}"),
                        Host = Host(i),
                        Port = 9100,
                        DeployDir = "/data",
                        Control = new InstanceControl { Systemd = new SystemdControl() },
                    }),
                ],
                TiSpark = sparks == 0 ? null : new TiSparkSpec
                {
                    Hosts = [.. Enumerable.Range(1, sparks).Select(Host)],
                    Directory = "/opt/spark",
                    Jar = "/opt/tispark.jar",
                    JarSha256 = new string('a', 64),
                    Smoke = ["true"]
                },
                TuneScheduling = new TuneSchedulingSpec { MergeScheduleLimit = 64 },
            },
        };
    }

    private static DatabaseRollingUpgradeSpec Yugabyte(int instances, int groups)
    {
        var spec = new YugaWorld().Spec;
        return spec with
        {
            Instances = [.. Enumerable.Range(1, instances).Select(
                i => Instance(i, i <= 3 ? DatabaseComponent.Master : DatabaseComponent.Tserver))],
            Yugabyte = spec.Yugabyte! with
            {
                Replication = new ReplicationSpec
                {
                    Groups = [.. Enumerable.Range(1, groups).Select(i => new ReplicationGroup
                    {
                        Name = Host(i),
                        Peer = new ReplicationPeer { Masters = ["10.9.0.1:7100"] }
                    })],
                },
            },
        };
    }

    private static DatabaseInstance Instance(int number, DatabaseComponent component) => new()
    {
        Name = $"{number.ToString("000", CultureInfo.InvariantCulture)}{new string('i', SchemaLimits.ShortName - 3)}",
        Component = component,
        Host = Host(number),
        DeployDir = "/data",
    };

    private static string Host(int number) =>
        $"{number.ToString("000", CultureInfo.InvariantCulture)}{new string('h', SchemaLimits.StepName - 3)}";
}
