using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

[Collection(DockerDaemonCollection.Name)]
public sealed class TransportTests(DockerDaemonFixture daemon)
{
    [Fact]
    public async Task Same_engine_answers_over_tls_and_unix_socket()
    {
        await using var tls = DockerDaemonFixture.Client(daemon.TlsEndpoint);
        await using var unix = DockerDaemonFixture.Client(daemon.UnixEndpoint);

        (await tls.System.GetSystemInfoAsync()).ID.ShouldBe((await unix.System.GetSystemInfoAsync()).ID);
    }

    [Fact]
    public async Task Engine_reports_version_host_and_disk_usage()
    {
        await using var client = DockerDaemonFixture.Client(daemon.TlsEndpoint);

        var version = await client.System.GetVersionAsync();
        var info = await client.System.GetSystemInfoAsync();
        var ping = await client.System.PingAsync();

        Version.Parse(version.APIVersion).ShouldBeGreaterThanOrEqualTo(new Version(1, 41));
        version.Version.ShouldBe(info.ServerVersion);
        info.LiveRestoreEnabled.ShouldBeFalse();

        // A ping tells the clock to the second.
        ping.ShouldNotBeNull().ShouldBeGreaterThan(info.Clock.ShouldNotBeNull().AddSeconds(-1));
    }

    [Fact]
    public async Task Client_certificate_of_foreign_authority_is_refused_by_engine()
    {
        await using var client = DockerDaemonFixture.Client(daemon.StrangersEndpoint);

        var refusal = await Should.ThrowAsync<DockerTlsException>(() => client.System.PingAsync());

        refusal.RefusedBy.ShouldBe(TlsRefusal.Server);
        refusal.MayHaveBeenProcessed.ShouldBeFalse();
        refusal.Message.ShouldContain(client.EndpointName);
        refusal.Message.ShouldContain("CN=client");
    }

    [Fact]
    public async Task Engine_certificate_of_foreign_authority_is_refused_by_client()
    {
        await using var client = DockerDaemonFixture.Client(daemon.WronglyTrustingEndpoint);

        var refusal = await Should.ThrowAsync<DockerTlsException>(() => client.System.PingAsync());

        refusal.RefusedBy.ShouldBe(TlsRefusal.Client);
        refusal.Message.ShouldContain("CN=engine");
    }

    [Fact]
    public async Task Plain_tcp_to_tls_port_fails_with_engine_message()
    {
        await using var client = DockerDaemonFixture.Client(daemon.TlsEndpoint with { Tls = null, Insecure = true });

        var refusal = await Should.ThrowAsync<DockerApiException>(() => client.System.PingAsync());

        refusal.EngineMessage.ShouldContain("HTTPS");
    }

    [Fact]
    public async Task Port_without_listener_is_unreachable_and_request_not_processed()
    {
        var uri = new UriBuilder(daemon.TlsEndpoint.Uri) { Port = 1 }.Uri;
        await using var client = DockerDaemonFixture.Client(daemon.TlsEndpoint with { Uri = uri });

        var failure = await Should.ThrowAsync<DockerUnreachableException>(
            () => client.Containers.StartContainerAsync("any"));

        failure.MayHaveBeenProcessed.ShouldBeFalse();
        failure.Message.ShouldContain(client.EndpointName);
    }

    [Fact]
    public async Task Missing_unix_socket_is_unreachable()
    {
        await using var client = DockerDaemonFixture.Client(DockerEndpoint.Parse($"unix://{daemon.Root}/none.sock"));

        (await Should.ThrowAsync<DockerUnreachableException>(() => client.System.PingAsync())).Message
            .ShouldContain("/none.sock");
    }

    [Fact]
    public async Task Host_behind_cut_network_times_out_with_its_name()
    {
        await using var client = DockerDaemonFixture.Client(
            daemon.TlsEndpoint,
            new DockerClientOptions { ReadRetries = 0, ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        await daemon.Network.PullCableAsync();
        try
        {
            var failure = await Should.ThrowAsync<DockerUnreachableException>(
                () => client.Containers.StartContainerAsync("any"));

            failure.MayHaveBeenProcessed.ShouldBeFalse();
            failure.Message.ShouldContain(client.EndpointName);
        }
        finally
        {
            await daemon.Network.PlugCableAsync();
        }
    }

    [Fact]
    public async Task Request_to_frozen_engine_may_have_been_processed()
    {
        await using var client = DockerDaemonFixture.Client(
            daemon.TlsEndpoint, new DockerClientOptions { ReadRetries = 0, RequestTimeout = TimeSpan.FromSeconds(4) });
        var container = await daemon.CreateIdleAsync(client);
        await daemon.Process.SignalAsync("STOP");
        try
        {
            var failure = await Should.ThrowAsync<DockerTimeoutException>(
                () => client.Containers.StartContainerAsync(container));

            failure.MayHaveBeenProcessed.ShouldBeTrue();
        }
        finally
        {
            await daemon.Process.SignalAsync("CONT");
        }
    }

    [Fact]
    public async Task Read_succeeds_after_engine_restart_on_kept_connection()
    {
        await using var client = new DockerClient(
            daemon.TlsEndpoint, new DockerClientOptions { ReadRetries = 3, Endpoints = EndpointPolicy.Unrestricted });
        await client.System.GetVersionAsync();

        await daemon.Process.KillAsync();
        await daemon.StartAsync();

        (await client.System.GetVersionAsync()).Version.ShouldNotBeEmpty();
    }
}
