namespace Drydock.Lab.Accidents;

/// <summary>S3 storage: errors, silence, cuts in the middle of a part, a key that is no longer valid.</summary>
internal static class ObjectStorageAccidents
{
    private const int PiecesUntilCut = 2;
    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<IAccident> All { get; } =
    [
        // Writes only: reads of a listing are retried in the same way and have no ledger.
        New("s3-500-three-times", (s3, _) => Now(() => s3.Proxy.Ledger.When(
            point => point.Side == FaultSide.Before, S3FaultProxy.Error(500, "InternalError"), times: 3))),
        New("s3-500", (s3, _) => Now(() => Fail(s3, 500, "InternalError")), "repair the storage"),
        New("s3-slow-down", (s3, _) => Now(() => s3.Proxy.Ledger.When(
            point => point.Side == FaultSide.Before, S3FaultProxy.Error(503, "SlowDown"), times: 3))),
        New("s3-slow", async (s3, token) =>
        {
            s3.Proxy.Freeze();
            // This delay is the length of the slow phase.
            await Task.Delay(Slowness, token);
            s3.Proxy.Thaw();
        }),
        New("s3-silent", (s3, _) => Now(s3.Proxy.Freeze), "repair the storage"),
        New("s3-cut-mid-part", (s3, _) => Now(() => s3.Proxy.CutMidway(PiecesUntilCut))),
        New("s3-down", (s3, _) => Now(() =>
        {
            s3.Proxy.Refuse();
            s3.Proxy.CutAll();
        }), "start the storage"),
        New("s3-access-denied", (s3, _) => Now(() => Fail(s3, 403, "AccessDenied")), "give the key its rights back"),
    ];

    private static void Fail(StageS3 s3, int code, string name)
    {
        var error = S3FaultProxy.Error(code, name);
        s3.Proxy.OnRead = (_, _) => error;
        s3.Proxy.Ledger.When(point => point.Side == FaultSide.Before, error, int.MaxValue);
    }

    private static Accident New(string id, Func<StageS3, CancellationToken, Task> strike, string? fix = null) =>
        new(id, AccidentKind.ObjectStorage, (scene, token) => strike(scene.Stage.S3, token), fix, (scene, _) => Now(
            scene.Stage.S3.Mend));

    private static Task Now(Action act)
    {
        act();
        return Task.CompletedTask;
    }
}
