using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>Clusters that tests share one after the other, each started when first asked for.</summary>
public sealed class TiDbLab : IAsyncDisposable
{
    private readonly Lazy<Task<TiDbCluster>> _two;
    private readonly Lazy<Task<TiDbCluster>> _three;

    /// <summary>Starts nothing yet.</summary>
    public TiDbLab(LabFixture lab)
    {
        _two = new(
            async () => await TiDbCluster.StartAsync(await lab.RunAsync(), new TiDbClusterOptions { Name = "two" }));
        _three = new(async () => await TiDbCluster.StartAsync(
            await lab.RunAsync(), new TiDbClusterOptions { Name = "three", Version = "3.0.9" }));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in new[] { _two, _three }.Where(c => c.IsValueCreated))
        {
            await (await cluster.Value).DisposeAsync();
        }
    }

    /// <summary>
    /// Takes a cluster of 2.1.19 for a test, at rest and without a violation; it is put back to that afterwards.
    /// </summary>
    public Task<Turn> TwoAsync() => Turn.TakeAsync(_two.Value);

    /// <summary>The same with 3.0.9.</summary>
    public Task<Turn> ThreeAsync() => Turn.TakeAsync(_three.Value);

    /// <summary>A test's turn with a cluster.</summary>
    public sealed class Turn : IAsyncDisposable
    {
        private Turn(TiDbCluster cluster) => Cluster = cluster;

        /// <summary>The cluster.</summary>
        public TiDbCluster Cluster { get; }

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            await Cluster.Directory.ClearFaultsAsync();
            foreach (var instance in Cluster.Instances)
            {
                await Cluster.StartAsync(instance);
            }

            await Cluster.WaitUntilAtRestAsync();
        }

        internal static async Task<Turn> TakeAsync(Task<TiDbCluster> cluster)
        {
            var turn = new Turn(await cluster);
            await turn.Cluster.WaitUntilAtRestAsync();
            turn.Cluster.Directory.ForgiveViolations();
            return turn;
        }
    }
}
