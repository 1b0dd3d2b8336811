using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Accidents;

/// <summary>The operator dies, ends, freezes, or is not alone.</summary>
internal static class OperatorAccidents
{
    public static IReadOnlyList<SharedAccident> All { get; } =
    [
        new SharedAccident("operator-sigkill", AccidentKind.Operator, (scene, _) => Task.WhenAll(scene.Operator.Operators.Select(x => x.KillAsync())), "start another", StartAsync),
        new SharedAccident("operator-sigterm", AccidentKind.Operator, (scene, _) => Task.WhenAll(scene.Operator.Operators.Select(x => x.StopAsync())), "start another", StartAsync),
        new SharedAccident("operator-frozen", AccidentKind.Operator, FreezeAsync, "it thaws when a successor has taken over", ThawAsync),
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

    private static Task ThawAsync(OperatorScene scene, CancellationToken cancellationToken)
    {
        foreach (var frozen in scene.Operator.Operators)
        {
            frozen.Process.Thaw();
        }

        return Task.CompletedTask;
    }
}
