namespace Drydock.Lab.Accidents;

/// <summary>A Docker host: its dockerd, its network, its disk, its certificate, its containers and images.</summary>
internal static class DockerAccidents
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<IAccident> All { get; } =
    [
        // Without live-restore the containers die with dockerd. Only those with a restart policy start again
        // automatically.
        New("dockerd-restart", async (scene, token) =>
        {
            await RememberAsync(scene);
            await scene.Host.RestartAsync(token);
        }, "start the container that ran", StartRememberedAsync),
        New("dockerd-kill", async (scene, token) =>
        {
            await RememberAsync(scene);
            await KillAndStartAsync(scene, token);
        }, "start the container that ran", StartRememberedAsync),
        New("dockerd-restart-live-restore", async (scene, token) =>
        {
            await scene.Host.SetLiveRestoreAsync(true, token);
            await scene.Host.RestartAsync(token);
        }, null, LiveRestoreOffAsync),
        New("dockerd-kill-live-restore", async (scene, token) =>
        {
            await scene.Host.SetLiveRestoreAsync(true, token);
            await KillAndStartAsync(scene, token);
        }, null, async (scene, token) =>
        {
            await scene.Host.EndStrayTasksAsync(token);
            await LiveRestoreOffAsync(scene, token);
        }),
        New("dockerd-down", async (scene, token) =>
        {
            await RememberAsync(scene);
            await scene.Host.KillAsync(token);
        }, "start dockerd and the container that ran", StartAsync),
        New("host-crash", async (scene, token) =>
        {
            await RememberAsync(scene);
            await scene.Host.CrashAsync(token);
        }, "boot the host and start the container that ran", StartAsync),
        New("host-network-5s", async (scene, token) =>
        {
            await scene.Host.CutNetworkAsync(token);
            // This delay is the length of the outage.
            await Task.Delay(Short, token);
            await scene.Host.RestoreNetworkAsync(token);
        }),
        New(
            "host-network-cut", (scene, token) => scene.Host.CutNetworkAsync(token), "repair the network",
            (scene, token) => scene.Host.RestoreNetworkAsync(token)),
        New("host-certificate-foreign", (scene, _) =>
        {
            scene.HostProxy.PresentsForeignCertificate = true;
            scene.HostProxy.CutAll();
            return Task.CompletedTask;
        }, "give the host its certificate back", (scene, _) =>
        {
            scene.HostProxy.PresentsForeignCertificate = false;
            return Task.CompletedTask;
        }),
        // Reads only: a hostile answer to an act would claim an effect that never happened.
        New("answers-hostile", (scene, _) =>
        {
            var answers = new HostileAnswers();
            scene.HostProxy.OnRead = (method, _) => method == "GET" ? answers.Next() : FaultAction.Pass;
            return Task.CompletedTask;
        }, "bring back the right server", (scene, _) =>
        {
            scene.HostProxy.OnRead = null;
            return Task.CompletedTask;
        }),
        New("host-disk-full", (scene, token) => scene.Host.FillDiskAsync(token), "make room", (scene, _) =>
        {
            scene.Host.FreeDisk();
            return Task.CompletedTask;
        }),
        New("container-killed", async (scene, token) =>
        {
            foreach (var name in await RememberAsync(scene))
            {
                await scene.Host.KillContainerAsync(name, token);
            }
        }, "start the container that ran", StartRememberedAsync),
        New("image-removed", async (scene, token) =>
        {
            await scene.Host.TryDockerAsync(["rmi", "-f", scene.Stage.Oms.To.Id], cancellationToken: token);
        }, "load the image again", (scene, token) => scene.Host.LoadImageAsync(scene.Stage.Oms.To.Archive, token)) with
        {
            IsDeferred = true
        },
        New(
            "slow-stop",
            (scene, _) => scene.Stage.Oms.SetKnobsAsync(new OmsKnobs { StopSeconds = 130 }, scene.OmsNode.Host), null,
            (scene, _) => scene.Stage.Oms.SetKnobsAsync(new OmsKnobs())) with
        {
            IsDeferred = true
        },
    ];

    private static Accident New(
        string id, Func<AccidentScene, CancellationToken, Task> strike, string? fix = null,
        Func<AccidentScene, CancellationToken, Task>? mend = null) =>
        new(id, AccidentKind.DockerHost, strike, fix, mend);

    private static async Task KillAndStartAsync(AccidentScene scene, CancellationToken cancellationToken)
    {
        await scene.Host.KillAsync(cancellationToken);
        await scene.Host.StartAsync(cancellationToken);
    }

    private static async Task StartAsync(AccidentScene scene, CancellationToken cancellationToken)
    {
        if (scene.Host.Daemon.HasExited)
        {
            await scene.Host.StartAsync(cancellationToken);
        }

        // What the message says about a start during which dockerd was killed.
        await scene.Host.EndStrayTasksAsync(cancellationToken);
        await StartRememberedAsync(scene, cancellationToken);
    }

    private static async Task<string[]> RememberAsync(AccidentScene scene)
    {
        var running = await RunningAsync(scene);
        scene.Kept["running"] = string.Join(' ', running);
        return running;
    }

    // Never starts the container while another one runs, and never one that the run itself stops or has yet to start:
    // the run may have continued meanwhile.
    private static async Task StartRememberedAsync(AccidentScene scene, CancellationToken cancellationToken)
    {
        if (scene.Kept.TryRemove("running", out _) && (await RunningAsync(scene)).Length == 0
            && await ShouldRunAsync(scene) is { } container)
        {
            await scene.Host.TryDockerAsync(["start", container], cancellationToken: cancellationToken);
        }
    }

    // Decided by the steps and not by the state at the strike: a container may have been started a moment later.
    private static async Task<string?> ShouldRunAsync(AccidentScene scene)
    {
        var upgrade = await scene.Stage.GetUpgradeAsync(scene.Space, scene.Upgrade);
        var status = upgrade["status"];
        string State(string plan, string step) =>
            status?[plan]?["steps"]?.AsArray().FirstOrDefault(
                s => s?["id"]?.GetValue<string>() == $"{step}/{scene.Host.Name}")?["state"]?.GetValue<string>() ?? "";
        bool Began(string plan, string step) => State(plan, step) is "Running" or "Succeeded";

        if (State("rollbackPlan", "StartOld") == "Succeeded" || !Began("plan", "StopOld"))
        {
            return scene.Stage.Oms.Options.OldContainer;
        }

        return State("plan", "StartNew") == "Succeeded" && !Began("rollbackPlan", "StopNew")
            ? upgrade["spec"]!["newContainer"]!.GetValue<string>()
            : null;
    }

    private static Task LiveRestoreOffAsync(AccidentScene scene, CancellationToken cancellationToken) =>
        scene.Host.SetLiveRestoreAsync(false, cancellationToken);

    private static async Task<string[]> RunningAsync(AccidentScene scene) =>
        OmsScenario.Lines(await scene.Host.DockerAsync(
            ["ps", "--filter", "volume=/home/admin/conf/config.yaml", "--format", "{{.Names}}"]));
}
