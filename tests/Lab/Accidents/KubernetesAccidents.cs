namespace Drydock.Lab.Accidents;

/// <summary>The API server, etcd, watches, writes of status, the operator's token.</summary>
internal static class KubernetesAccidents
{
    private const int Writes = 3;

    public static IReadOnlyList<IAccident> All { get; } =
    [
        new Accident("apiserver-restart", AccidentKind.Kubernetes, async (scene, token) =>
        {
            await scene.Stage.ControlPlane.ApiServer.StopAsync();
            await scene.Stage.ControlPlane.StartApiServerAsync(token);
        }),
        new Accident("apiserver-killed", AccidentKind.Kubernetes, (scene, _) => scene.Stage.ControlPlane.ApiServer.KillAsync(), "start the API server", async (scene, token) =>
        {
            if (scene.Stage.ControlPlane.ApiServer.HasExited)
            {
                await scene.Stage.ControlPlane.StartApiServerAsync(token);
            }
        }),
        new Accident("etcd-restart", AccidentKind.Kubernetes, async (scene, token) =>
        {
            await scene.Stage.ControlPlane.Etcd.KillAsync();
            await scene.Stage.ControlPlane.StartEtcdAsync(token);
        }),
        new Accident("kube-silent", AccidentKind.Kubernetes, Now(scene => scene.Faults.Kubernetes.Freeze()), "the way to the API server is open again", Now(scene => scene.Faults.Kubernetes.Thaw())),
        new Accident("kube-refused", AccidentKind.Kubernetes, Now(scene => scene.Faults.Kubernetes.Refuse()), "the way to the API server is open again", Now(scene => scene.Faults.Kubernetes.Accept())),
        new Accident("watch-half-open", AccidentKind.Kubernetes, Now(scene => scene.Faults.Kubernetes.SilenceWatches())),
        Watch("watch-events-dropped", x => x.Number % 2 == 0 ? WatchFault.Drop : WatchFault.Pass),
        Watch("watch-events-duplicated", _ => WatchFault.Duplicate),
        Watch("watch-events-gone", x => x.Number % 3 == 0 ? WatchFault.Gone : WatchFault.Pass),
        Status("status-409", FaultSide.Before, FaultAction.Answer(409)),
        Status("status-500", FaultSide.Before, FaultAction.Answer(500)),
        Status("status-written-500", FaultSide.After, FaultAction.Answer(500)),
        Status("status-written-cut", FaultSide.After, FaultAction.Cut),
        Status("status-hang", FaultSide.Before, FaultAction.Hang),
        new Accident("token-expired", AccidentKind.Kubernetes, (scene, token) => scene.Stage.ExpireTokenAsync(token), "the kubelet writes a new token", (scene, token) => scene.Stage.RenewTokenAsync(token)),
    ];

    private static Accident Watch(string id, Func<WatchEvent, WatchFault> fault) => new(
        id, AccidentKind.Kubernetes, Now(scene => scene.Faults.Kubernetes.OnWatchEvent = fault), Mend: Now(scene => scene.Faults.Kubernetes.OnWatchEvent = null));

    private static Accident Status(string id, FaultSide side, FaultAction action) => new(
        id, AccidentKind.Kubernetes, Now(scene => scene.Faults.Ledger.When(point => point.Side == side && point.Act.Proxy == "kube" && point.Act.Target.EndsWith("/status", StringComparison.Ordinal), action, Writes)));

    private static Func<AccidentScene, CancellationToken, Task> Now(Action<AccidentScene> act) => (scene, _) =>
    {
        act(scene);
        return Task.CompletedTask;
    };
}
