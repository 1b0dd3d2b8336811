using System.Text;

namespace Drydock.Lab.Upgrades;

/// <summary>Serves the shipped CRDs by the current CRD server, through the API server's aggregation.</summary>
internal static class StageCrds
{
    public static async Task ServeAsync(LabRun run, ControlPlane controlPlane, string folder, CancellationToken cancellationToken)
    {
        var server = await ModernCrdServer.StartAsync(run, controlPlane, cancellationToken);
        foreach (var file in Directory.EnumerateFiles(folder, "drydock.dev_*.yaml"))
        {
            var plural = Path.GetFileNameWithoutExtension(file)["drydock.dev_".Length..];
            await server.ApplyCrdAsync($"{plural}.drydock.dev", await File.ReadAllTextAsync(file, Encoding.UTF8, cancellationToken), cancellationToken);
        }

        await server.RegisterGroupAsync(cancellationToken: cancellationToken);
    }
}
