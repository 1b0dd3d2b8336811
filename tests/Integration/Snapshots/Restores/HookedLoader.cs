namespace Drydock.Tests.Integration.Snapshots.Restores;

/// <summary>The real loader; a test is told at each border of a restore, and may hold it up or end it there.</summary>
internal sealed class HookedLoader(Func<string, Task> at) : SnapshotLoader
{
    public override async Task RestoreAsync(SnapshotLoadRequest request, CancellationToken cancellationToken)
    {
        await at($"begin {request.Database}");
        await base.RestoreAsync(
            request with
            {
                OnDrop = async (drop, token) =>
                {
                    await at($"locked {request.Database}");
                    await request.OnDrop!(drop, token);
                    await at($"before drop {request.Database}");
                },
                OnSession = async (session, token) =>
                {
                    await at($"dropped {request.Database}");
                    await request.OnSession!(session, token);
                    await at($"before load {request.Database}");
                },
                Progress = new Tee(request, at),
            },
            cancellationToken);
        await at($"restored {request.Database}");
    }

    private sealed class Tee(SnapshotLoadRequest request, Func<string, Task> at) : IProgress<SnapshotProgress>
    {
        public void Report(SnapshotProgress value)
        {
            request.Progress!.Report(value);
            if (value.Stage is SnapshotStage.Loading or SnapshotStage.Comparing)
            {
                // IProgress is synchronous, and the load must stand still while the hook does its work.
                at($"{value.Stage} {value.Database}".ToLowerInvariant()).GetAwaiter().GetResult();
            }
        }
    }
}
