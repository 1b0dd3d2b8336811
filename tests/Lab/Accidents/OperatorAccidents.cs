namespace Drydock.Lab.Accidents;

/// <summary>The operator is killed, stopped or frozen, or a second one runs.</summary>
internal static class OperatorAccidents
{
    // As docs/reference/operator.md documents it.
    private const int LostLeaseExitCode = 3;

    public static IReadOnlyList<SharedAccident> All { get; } =
    [
        new SharedAccident(
            "operator-sigkill", AccidentKind.Operator,
            (scene, _) => Task.WhenAll(scene.Operator.Operators.Select(x => x.KillAsync())), "start another",
            StartAsync),
        new SharedAccident(
            "operator-sigterm", AccidentKind.Operator,
            (scene, _) => Task.WhenAll(scene.Operator.Operators.Select(x => x.StopAsync())), "start another",
            StartAsync),
        new SharedAccident(
            "operator-frozen", AccidentKind.Operator, FreezeAsync, "it thaws when a successor has taken over",
            ThawAsync),
        new SharedAccident("operator-lease-lost", AccidentKind.Operator, LoseLeaseAsync, "start another", StartAsync),
        new SharedAccident(
            "operator-second", AccidentKind.Operator, (scene, token) => Start(scene).WaitUntilReadyAsync(token)),
    ];

    private static LabOperator Start(OperatorScene scene) => scene.Operator.StartOperator(scene.Operator.LastOptions);

    private static async Task StartAsync(OperatorScene scene, CancellationToken cancellationToken)
    {
        if (scene.Operator.Operators.Count == 0)
        {
            await Start(scene).WaitUntilReadyAsync(cancellationToken);
        }
    }

    // If both contend for the lease, the older one leads. The successor waits until its lease expires.
    private static Task FreezeAsync(OperatorScene scene, CancellationToken cancellationToken)
    {
        scene.Operator.Operators[0].Process.Freeze();
        return Start(scene).WaitUntilReadyAsync(cancellationToken);
    }

    // The whole process hangs, with the act it has begun, until another operator holds its lease. No cancellation has
    // reached that act, and nothing waits for one.
    private static async Task LoseLeaseAsync(OperatorScene scene, CancellationToken cancellationToken)
    {
        var hung = scene.Operator.Operators[0];
        var former = await HolderAsync(scene, cancellationToken);
        await FreezeAsync(scene, cancellationToken);
        await Deadline.UntilAsync(
            "another operator to hold the lease",
            async token => await HolderAsync(scene, token) != former,
            cancellationToken: cancellationToken);
        hung.Process.Thaw();
        if (await hung.Process.Exited.WaitAsync(Deadline.Default, cancellationToken) is var code
            && code != LostLeaseExitCode)
        {
            throw new LabException(FormattableString.Invariant(
                $"The operator that lost its lease ended with exit code {code} and not {LostLeaseExitCode}."));
        }
    }

    private static Task<string> HolderAsync(OperatorScene scene, CancellationToken cancellationToken) =>
        scene.Operator.ControlPlane.KubectlAsync(
            [
                "-n", OperatorStage.OperatorNamespace, "get", "lease", "drydock-operator", "-o",
                "jsonpath={.spec.holderIdentity}"
            ],
            cancellationToken: cancellationToken);

    private static Task ThawAsync(OperatorScene scene, CancellationToken cancellationToken)
    {
        foreach (var frozen in scene.Operator.Operators)
        {
            frozen.Process.Thaw();
        }

        return Task.CompletedTask;
    }
}
