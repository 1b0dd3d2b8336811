using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Accidents;

/// <summary>The operator dies, ends, freezes, or is not alone.</summary>
internal static class OperatorAccidents
{
    public static IReadOnlyList<IAccident> All { get; } =
    [
        new Accident("operator-sigkill", AccidentKind.Operator, (scene, _) => Task.WhenAll(scene.Stage.Operators.Select(x => x.KillAsync())), "start another", StartAsync),
        new Accident("operator-sigterm", AccidentKind.Operator, (scene, _) => Task.WhenAll(scene.Stage.Operators.Select(x => x.StopAsync())), "start another", StartAsync),
        new Accident("operator-frozen", AccidentKind.Operator, FreezeAsync, "it thaws when a successor has taken over", ThawAsync),
        new Accident("operator-second", AccidentKind.Operator, (scene, token) => Start(scene).WaitUntilReadyAsync(token)),
    ];

    private static LabOperator Start(AccidentScene scene) => scene.Stage.StartOperator(scene.Stage.LastOperatorOptions);

    private static async Task StartAsync(AccidentScene scene, CancellationToken cancellationToken)
    {
        if (scene.Stage.Operators.Count == 0)
        {
            await Start(scene).WaitUntilReadyAsync(cancellationToken);
        }
    }

    // The oldest leads where both contend; the successor waits for its lease to run out.
    private static Task FreezeAsync(AccidentScene scene, CancellationToken cancellationToken)
    {
        scene.Stage.Operators[0].Process.Freeze();
        return Start(scene).WaitUntilReadyAsync(cancellationToken);
    }

    private static Task ThawAsync(AccidentScene scene, CancellationToken cancellationToken)
    {
        foreach (var frozen in scene.Stage.Operators)
        {
            frozen.Process.Thaw();
        }

        return Task.CompletedTask;
    }
}
