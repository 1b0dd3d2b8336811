using Drydock.Clients.Kubernetes.Json;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The frame with the smallest kind.</summary>
internal sealed class ToyRunWorld() : RunWorld<ToyRun, ToyRunSpec, ToyRunStatus>("toys", Json)
{
    private static readonly JsonSerializerOptions Json =
        KubernetesJson.CreateOptions(ToyRunContext.Default, CrdsJsonContext.Default);

    public ToyRunTruth Truth { get; } = new();

    protected override RunKind Kind => new ToyRunKind(Truth);

    public ToyRunWorld Apply(
        Func<ToyRunSpec, ToyRunSpec>? change = null, params IReadOnlyList<(string Key, string Value)> annotations)
    {
        var spec = new ToyRunSpec { Approval = ApprovalPolicy.Automatic, HoldBefore = [] };
        Create(change is null ? spec : change(spec), annotations);
        return this;
    }
}
