using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>The limit of a host must not end a tool earlier than its own (spec.timeouts.finalize).</summary>
public sealed class ToolLimitTests
{
    [Fact]
    public async Task Catalogue_upgrade_may_run_as_long_as_timeouts_finalize()
    {
        var client = new Client();
        await using var channel = new HostChannel(
            HostCases.Host, new HostConnection("yb", false, false, () => client), fence: null);
        var files = new HostFiles(channel, null!, null);
        var call = new AdminCommand(
            "/new/bin/yb-admin",
            YugabyteVocabulary.Of(new DatabaseRollingUpgradeSpec { Yugabyte = new YugabyteSpec() }), "a:7100", null,
            null);
        await new AdminTool(files, call, static s => s).UpgradeCatalogAsync(
            TimeSpan.FromHours(6), CancellationToken.None);
        client.Limit!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromHours(6));
    }

    private sealed class Client : IRemoteClient
    {
        public TimeSpan? Limit { get; private set; }

        public string Name => HostCases.Host;

        public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
        {
            Limit = command.Limit;
            return Task.FromResult(new RemoteResult(0, "YSQL successfully upgraded to the latest version\n", ""));
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
