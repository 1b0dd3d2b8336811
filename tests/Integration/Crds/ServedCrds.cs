namespace Drydock.Tests.Integration.Crds;

/// <summary>The CRDs of the repository on the shared control plane.</summary>
internal static class ServedCrds
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static ControlPlane? _plane;

    /// <summary>The control plane, once it serves them. They are applied once: two applies at a time
    /// conflict.</summary>
    public static async Task<ControlPlane> OnSharedPlaneAsync(LabFixture lab)
    {
        await Gate.WaitAsync();
        try
        {
            return _plane ??= await ApplyAsync(await lab.ControlPlaneAsync());
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task<ControlPlane> ApplyAsync(ControlPlane plane)
    {
        await plane.KubectlAsync(["apply", "--validate=false", "-k", Repository.PathOf("config", "crd")]);
        await plane.WaitForCrdsAsync(
            [
                "omsupgrades.drydock.dev", "backupsnapshots.drydock.dev", "snapshotrestores.drydock.dev",
                "databaserollingupgrades.drydock.dev"
            ]);
        return plane;
    }
}
