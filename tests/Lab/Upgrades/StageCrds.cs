namespace Drydock.Lab.Upgrades;

/// <summary>Installs the shipped CRDs.</summary>
internal static class StageCrds
{
    /// <summary>
    /// Installs them into the API server itself. Its kubectl (1.20) does not know CEL rules, so kubectl's own check is
    /// off (docs/how-to/install.md).
    /// </summary>
    public static async Task ApplyAsync(ControlPlane controlPlane, string folder, CancellationToken cancellationToken)
    {
        await controlPlane.KubectlAsync(
            ["apply", "--validate=false", "-k", folder], cancellationToken: cancellationToken);
        var crds = Directory.EnumerateFiles(folder, "drydock.dev_*.yaml")
            .Select(file => $"{Path.GetFileNameWithoutExtension(file)["drydock.dev_".Length..]}.drydock.dev");
        await controlPlane.WaitForCrdsAsync(crds, cancellationToken);
    }

    /// <summary>Serves them by the current CRD server, through the API server's aggregation.</summary>
    public static async Task ServeAsync(
        LabRun run, ControlPlane controlPlane, string folder, CancellationToken cancellationToken)
    {
        var server = await ModernCrdServer.StartAsync(run, controlPlane, cancellationToken: cancellationToken);
        foreach (var file in Directory.EnumerateFiles(folder, "drydock.dev_*.yaml"))
        {
            var plural = Path.GetFileNameWithoutExtension(file)["drydock.dev_".Length..];
            await server.ApplyCrdAsync(
                $"{plural}.drydock.dev", await File.ReadAllTextAsync(file, Encoding.UTF8, cancellationToken),
                cancellationToken);
        }

        await server.RegisterGroupAsync(cancellationToken: cancellationToken);

        // The operator reads its definitions from the API server itself. Kinds that are already registered stay with
        // the current CRD server.
        await controlPlane.KubectlAsync(
            ["apply", "--validate=false", "-k", folder], cancellationToken: cancellationToken);
    }
}
