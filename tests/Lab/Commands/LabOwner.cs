using System.Runtime.InteropServices;

namespace Drydock.Lab.Commands;

/// <summary>The process that owns a background lab: starts the parts, writes the state, waits for the end.</summary>
public static class LabOwner
{
    private const string MetaDbUser = "drydock";

    /// <summary>Runs until SIGTERM or SIGINT.</summary>
    public static async Task<int> RunAsync(ServeOptions options, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            stopped.TrySetResult();
            stop.Cancel();
        }

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        await using var run = await LabRun.StartAsync(cancellationToken: stop.Token);
        try
        {
            var background = new LabBackground(options.StateFolder);
            var crds = Path.Combine(Path.GetDirectoryName(background.Folder)!, "config", "crd");
            var controlPlane = StartControlPlaneAsync(run, options, crds, stop.Token);
            var hosts = Task.WhenAll(
                options.Hosts.Select(name => StartHostAsync(run, name, options.Images, stop.Token)));
            var databaseHosts = Task.WhenAll(
                options.DatabaseHosts.Select(name => StartDatabaseHostAsync(run, name, stop.Token)));
            var metaDb = StartMetaDbAsync(run, options, stop.Token);
            var database = DatabaseOwner.StartAsync(run, options.Database, stop.Token);
            await Task.WhenAll(controlPlane, hosts, databaseHosts, metaDb, database);
            Directory.CreateDirectory(background.Folder);
            new LabState
            {
                RunId = run.Id,
                Folder = run.Folder,
                FastFolder = run.FastFolder,
                OwnerId = Environment.ProcessId,
                OwnerStart = LabBackground.StartTimeOf(Environment.ProcessId)
                    ?? throw new LabException("/proc has no entry of this process"),
                ControlPlane = await controlPlane,
                Hosts = await hosts,
                DatabaseHosts = await databaseHosts,
                MetaDb = await metaDb,
                Database = await database,
            }.Write(background.StatePath);
            await stopped.Task.WaitAsync(CancellationToken.None);
        }
        catch (OperationCanceledException) when (stopped.Task.IsCompleted)
        {
            // The lab was ended while it was starting.
        }

        return 0;
    }

    private static async Task<ControlPlaneState?> StartControlPlaneAsync(
        LabRun run, ServeOptions options, string crds, CancellationToken cancellationToken)
    {
        if (!options.ControlPlane)
        {
            return null;
        }

        var plane = await ControlPlane.StartAsync(run, cancellationToken: cancellationToken);
        if (options.ModernCrds)
        {
            // A group is served only if it has a definition, so it is registered with those of the checkout.
            await StageCrds.ServeAsync(run, plane, crds, cancellationToken);
        }

        return new ControlPlaneState(plane.Server, plane.AdminKubeconfig, plane.KubectlPath, options.ModernCrds);
    }

    private static async Task<DockerHostState> StartHostAsync(
        LabRun run, string name, IReadOnlyList<string> images, CancellationToken cancellationToken)
    {
        var host = await DockerHost.StartAsync(run, name, cancellationToken: cancellationToken);
        await host.LoadBusyboxAsync(cancellationToken);
        foreach (var image in images)
        {
            await host.LoadImageAsync(image, cancellationToken);
        }

        return new DockerHostState(
            name, host.Address, host.Endpoint, host.ClientFolder, host.SocketPath, host.HostFolder(""));
    }

    private static async Task<LabHostState> StartDatabaseHostAsync(
        LabRun run, string name, CancellationToken cancellationToken)
    {
        var host = await LabHost.StartAsync(run, name, ct: cancellationToken);
        var key = Path.Combine(run.Folder, name + ".key");
        LabCertificateAuthority.WritePrivate(key, host.KeyPem);
        var known = Path.Combine(run.Folder, name + ".known_hosts");
        await File.WriteAllTextAsync(known, host.KnownHostsLine + "\n", cancellationToken);
        return new LabHostState(name, host.Address, host.User, key, known, host.Data);
    }

    private static async Task<MetaDbState?> StartMetaDbAsync(
        LabRun run, ServeOptions options, CancellationToken cancellationToken)
    {
        if (!options.MetaDb)
        {
            return null;
        }

        var database = await MetaDb.StartAsync(run, cancellationToken: cancellationToken);
        var password = RandomNumberGenerator.GetHexString(24, lowercase: true);
        await database.CreateUserAsync(MetaDbUser, password, cancellationToken: cancellationToken);
        var passwordFile = Path.Combine(run.Folder, "metadb.password");
        LabCertificateAuthority.WritePrivate(passwordFile, password);
        return new MetaDbState(database.Address, database.Port, database.SocketPath, MetaDbUser, passwordFile);
    }
}
