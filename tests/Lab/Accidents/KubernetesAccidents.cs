namespace Drydock.Lab.Accidents;

/// <summary>The API server, etcd, watches, writes of status, the operator's token.</summary>
internal static class KubernetesAccidents
{
    private const int Writes = 3;

    public static IReadOnlyList<SharedAccident> All { get; } =
    [
        new SharedAccident("apiserver-restart", AccidentKind.Kubernetes, async (scene, token) =>
        {
            await scene.Operator.ControlPlane.ApiServer.StopAsync();
            await scene.Operator.ControlPlane.StartApiServerAsync(token);
        }),
        new SharedAccident(
            "apiserver-killed", AccidentKind.Kubernetes,
            (scene, _) => scene.Operator.ControlPlane.ApiServer.KillAsync(), "start the API server",
            async (scene, token) =>
            {
                if (scene.Operator.ControlPlane.ApiServer.HasExited)
                {
                    await scene.Operator.ControlPlane.StartApiServerAsync(token);
                }
            }),
        new SharedAccident("etcd-restart", AccidentKind.Kubernetes, async (scene, token) =>
        {
            await scene.Operator.ControlPlane.Etcd.KillAsync();
            await scene.Operator.ControlPlane.StartEtcdAsync(token);
        }),
        new SharedAccident(
            "kube-silent", AccidentKind.Kubernetes, Now(scene => scene.Kubernetes.Freeze()),
            "the way to the API server is open again", Now(scene => scene.Kubernetes.Thaw())),
        new SharedAccident(
            "kube-refused", AccidentKind.Kubernetes, Now(scene => scene.Kubernetes.Refuse()),
            "the way to the API server is open again", Now(scene => scene.Kubernetes.Accept())),
        new SharedAccident("watch-half-open", AccidentKind.Kubernetes, Now(scene => scene.Kubernetes.SilenceWatches())),
        Watch("watch-events-dropped", x => x.Number % 2 == 0 ? WatchFault.Drop : WatchFault.Pass),
        Watch("watch-events-duplicated", _ => WatchFault.Duplicate),
        Watch("watch-events-gone", x => x.Number % 3 == 0 ? WatchFault.Gone : WatchFault.Pass),
        Status("status-409", FaultSide.Before, FaultAction.Answer(409)),
        Status("status-500", FaultSide.Before, FaultAction.Answer(500)),
        Status("status-written-500", FaultSide.After, FaultAction.Answer(500)),
        Status("status-written-cut", FaultSide.After, FaultAction.Cut),
        Status("status-hang", FaultSide.Before, FaultAction.Hang),
        new SharedAccident(
            "writes-500",
            AccidentKind.Kubernetes,
            Now(scene => scene.Kubernetes.Ledger.When(IsWriteOfOurs, FaultAction.Answer(500), int.MaxValue)),
            "the API server takes writes again",
            Now(scene => scene.Kubernetes.Ledger.ClearRules())),
        new SharedAccident(
            "token-expired", AccidentKind.Kubernetes, (scene, token) => scene.Operator.ExpireTokenAsync(token),
            "the kubelet writes a new token", (scene, token) => scene.Operator.RenewTokenAsync(token)),
    ];

    private static bool IsWriteOfOurs(FaultPoint point) =>
        point.Side == FaultSide.Before && point.Act.Proxy == "kube" && point.Act.Verb != "GET"
            && point.Act.Target.StartsWith("/apis/drydock.dev/", StringComparison.Ordinal);

    private static SharedAccident Watch(string id, Func<WatchEvent, WatchFault> fault) => new(
        id, AccidentKind.Kubernetes, Now(scene => scene.Kubernetes.OnWatchEvent = fault),
        Mend: Now(scene => scene.Kubernetes.OnWatchEvent = null));

    private static SharedAccident Status(string id, FaultSide side, FaultAction action) => new(
        id, AccidentKind.Kubernetes, Now(scene => scene.Kubernetes.Ledger.When(
            point => point.Side == side && point.Act.Proxy == "kube"
                && point.Act.Target.EndsWith("/status", StringComparison.Ordinal), action, Writes)));

    private static Func<OperatorScene, CancellationToken, Task> Now(Action<OperatorScene> act) => (scene, _) =>
    {
        act(scene);
        return Task.CompletedTask;
    };
}
