using OmsRegion = Drydock.Crds.OmsUpgrades.OmsRegion;

namespace Drydock.Tests.Unit.Oms;

/// <summary>The largest installation the schema takes still fits one object of a Kubernetes API server.</summary>
public sealed class LargestPlanTests
{
    /// <summary>
    /// etcd refuses requests above 1.5 MiB by default; what is written is the object once more inside a transaction.
    /// </summary>
    private const int MostBytes = 1_500_000;

    private static readonly JsonSerializerOptions Options = WorldJson.Crds;

    [Theory]
    [InlineData(1, 32)]
    [InlineData(8, 4)]
    public void Two_plans_with_the_most_nodes_fit_one_object(int regions, int nodes)
    {
        var spec = Spec(regions, nodes);
        (regions * nodes).ShouldBe(SchemaLimits.AllNodes);
        OmsSpecPreflight.Check(spec).ShouldBeEmpty();
        var plan = new OmsUpgradePlanner(spec, DiscoveryOf.Of(spec, (UpgradePath.Allowed)DiscoveryOf.Path(spec)))
            .Compile();
        plan.Steps.Count.ShouldBeLessThanOrEqualTo(SchemaLimits.Steps);
        plan.Guards.Count.ShouldBeLessThanOrEqualTo(SchemaLimits.Steps);

        // As it is at the end: every step with what it tells, receipts and the name of its output.
        var done = PlanProgress.Of(plan).With(_ => new StepRecord
        {
            State = StepState.Succeeded,
            StartedAt = DateTimeOffset.UnixEpoch,
            FinishedAt = DateTimeOffset.UnixEpoch,
            Attempt = 1,
            Tries = 1,
            Message = new string('m', 120),
            Receipt = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["container"] = new string('c', 64),
                ["exec"] = new string('e', 64)
            },
        });
        // The plan back is shorter than the plan there.
        var api = new FakeKubernetes(Options, new ManualTimeProvider());
        var stored = api.Create(new OmsUpgrade { Metadata = new V1ObjectMeta { Name = "up" }, Spec = spec });
        stored = api.UpdateStatus(stored with { Status = new OmsUpgradeStatus { Plan = done, RollbackPlan = done } });
        var json = JsonSerializer.SerializeToUtf8Bytes(stored, Options);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Steps.Count} steps, {plan.Guards.Count} guards, {json.Length} bytes"));
        json.Length.ShouldBeLessThan(MostBytes);
    }

    private static OmsUpgradeSpec Spec(int regions, int nodes) => new OmsWorld().Spec() with
    {
        Regions =
        [
            .. Enumerable.Range(0, regions).Select(region => new OmsRegion
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"cn-region-{region}"),
                Nodes =
                [
                    .. Enumerable.Range(0, nodes).Select(node => new OmsNode
                    {
                        Name = string.Create(CultureInfo.InvariantCulture, $"oms-region-{region}-node-{node:00}"),
                        HostIP = string.Create(CultureInfo.InvariantCulture, $"192.0.{region}.{node + 1}"),
                        Docker = new DockerAccess
                        {
                            Endpoint = string.Create(
                                CultureInfo.InvariantCulture, $"tcp://192.0.{region}.{node + 1}:2376"),
                            TlsSecretRef = new SecretReference { Name = "docker-tls" }
                        },
                    }),
                ],
            }),
        ],
    };
}
