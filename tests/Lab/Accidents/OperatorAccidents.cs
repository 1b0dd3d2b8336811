using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Accidents;

/// <summary>The operator dies, ends, freezes, or is not alone.</summary>
internal static class OperatorAccidents
{
    // What docs/install.md says of it.
    private const int LostLeaseExitCode = 3;

    public static IReadOnlyList<SharedAccident> All { get; } =
    [
        new SharedAccident("operator-sigkill", AccidentKind.Operator, (scene, _) => Task.WhenAll(scene.Operator.Operators.Select(x => x.KillAsync())), "start another", StartAsync),
        new SharedAccident("operator-sigterm", AccidentKind.Operator, (scene, _) => Task.WhenAll(scene.Operator.Operators.Select(x => x.StopAsync())), "start another", StartAsync),
        new SharedAccident("operator-frozen", AccidentKind.Operator, FreezeAsync, "it thaws when a successor has taken over", ThawAsync),
        new SharedAccident("operator-lease-lost", AccidentKind.Operator, LoseLeaseAsync, "start another", StartAsync),
        new SharedAccident("operator-second", AccidentKind.Operator, (scene, token) => Start(scene).WaitUntilReadyAsync(token)),
    ];

    private static LabOperator Start(OperatorScene scene) => scene.Operator.StartOperator(scene.Operator.LastOptions);

    private static async Task StartAsync(OperatorScene scene, CancellationToken cancellationToken)
    {
        if (scene.Operator.Operators.Count == 0)
        {
            await Start(scene).WaitUntilReadyAsync(cancellationToken);
        }
    }

    // The oldest leads where both contend; the successor waits for its lease to run out.
    private static Task FreezeAsync(OperatorScene scene, CancellationToken cancellationToken)
    {
        scene.Operator.Operators[0].Process.Freeze();
        return Start(scene).WaitUntilReadyAsync(cancellationToken);
    }

    // All of it hangs, with the act it has begun, until its lease is another's: no cancellation has reached that act,
    // and none is waited for.
    private static async Task LoseLeaseAsync(OperatorScene scene, CancellationToken cancellationToken)
    {
        var hung = scene.Operator.Operators[0];
        var former = await HolderAsync(scene, cancellationToken);
        await FreezeAsync(scene, cancellationToken);
        await Deadline.UntilAsync("another operator holds the lease", async token => await HolderAsync(scene, token) != former, cancellationToken: cancellationToken);
        hung.Process.Thaw();
        if (await hung.Process.Exited.WaitAsync(Deadline.Default, cancellationToken) is var code && code != LostLeaseExitCode)
        {
            throw new LabException(FormattableString.Invariant($"the operator that lost its lease ended with {code} and not with {LostLeaseExitCode}"));
        }
    }

    private static Task<string> HolderAsync(OperatorScene scene, CancellationToken cancellationToken) => scene.Operator.ControlPlane.KubectlAsync(
        ["-n", OperatorStage.OperatorNamespace, "get", "lease", "drydock-operator", "-o", "jsonpath={.spec.holderIdentity}"], cancellationToken: cancellationToken);

    private static Task ThawAsync(OperatorScene scene, CancellationToken cancellationToken)
    {
        foreach (var frozen in scene.Operator.Operators)
        {
            frozen.Process.Thaw();
        }

        return Task.CompletedTask;
    }
}
