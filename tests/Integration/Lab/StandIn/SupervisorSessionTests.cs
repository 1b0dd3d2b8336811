using Drydock.Reconcilers.Oms;
using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>The supervisord and supervisorctl of Debian in a container, over a real dockerd.</summary>
[Collection(OmsLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class SupervisorSessionTests(OmsLab lab)
{
    private static readonly UpgradeRoad Road = UpgradeRoad.CommunitySingle;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_supervisorctl_answers_all_looks_and_ends_with_its_owner()
    {
        var oms = await lab.UseAsync(Road);
        var (node, container) = (oms.Nodes[0], oms.Options.OldContainer);
        await using var docker = Client(lab.Hosts[0]);
        var sessions = new SupervisorSessions(TimeProvider.System);
        await using (sessions)
        {
            await UntilAsync(
                async () => (await sessions.StatusAsync(docker, container, Token)).IsRunning("oms_console"));
            await node.Host.DockerAsync("exec", container, "supervisorctl", "stop", "oms_console");
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < 20; i++)
            {
                var status = await sessions.StatusAsync(docker, container, Token);
                status.StateOf("oms_console").ShouldBe(SupervisorState.Stopped);
                status.OtherLines.ShouldBeEmpty();
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"20 looks took {watch.Elapsed}.");
            await node.Host.DockerAsync("exec", container, "supervisorctl", "start", "oms_console");
            (await sessions.StatusAsync(docker, container, Token)).StateOf("oms_console")
                .ShouldNotBe(SupervisorState.Stopped);
            (await RunningAsync(node, container)).ShouldBe(1);
        }

        await UntilAsync(async () => await RunningAsync(node, container) == 0);
    }

    [Fact]
    public async Task Container_that_restarts_is_asked_in_its_new_run()
    {
        var oms = await lab.UseAsync(Road);
        var (node, container) = (oms.Nodes[0], oms.Options.OldContainer);
        await using var docker = Client(lab.Hosts[0]);
        await using var sessions = new SupervisorSessions(TimeProvider.System);
        await UntilAsync(async () => (await sessions.StatusAsync(docker, container, Token)).Answered);

        await node.Host.DockerAsync("stop", "-t", "30", container);
        await Should.ThrowAsync<DockerConflictException>(() => sessions.StatusAsync(docker, container, Token));
        await node.Host.DockerAsync("start", container);
        await UntilAsync(async () => (await sessions.StatusAsync(docker, container, Token)).Answered);

        (await RunningAsync(node, container)).ShouldBe(1);
    }

    private static Task UntilAsync(Func<Task<bool>> condition) =>
        Deadline.UntilAsync("the sessions", _ => condition(), cancellationToken: Token);

    // How many supervisorctl run in the container. dockerd ends the input of a session when its client leaves.
    private static async Task<int> RunningAsync(OmsNode node, string container) =>
        (await node.Host.DockerAsync("top", container, "-eo", "pid,args")).Split('\n')
            .Count(l => l.Contains("supervisorctl", StringComparison.Ordinal));

    private static DockerClient Client(DockerHost host) => DockerDaemonFixture.Client(new DockerEndpoint
    {
        Uri = new Uri(host.Endpoint),
        Tls = new DockerTlsMaterial(
            File.ReadAllBytes($"{host.ClientFolder}/ca.pem"), File.ReadAllBytes($"{host.ClientFolder}/cert.pem"),
            File.ReadAllBytes($"{host.ClientFolder}/key.pem")),
    });
}
