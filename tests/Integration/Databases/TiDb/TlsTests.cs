using System.Security.Cryptography.X509Certificates;
using Drydock.Lab.Databases.TiDb;

namespace Drydock.Tests.Integration.Databases.TiDb;

/// <summary>A cluster with certificates (not TiKV's status server).</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class TlsTests(LabFixture lab)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tls_cluster_ports_require_client_certificate_except_TiKV_status()
    {
        await using var cluster = await TiDbCluster.StartAsync(
            await lab.RunAsync(),
            new TiDbClusterOptions { Name = "tls", Version = "3.0.9", Hosts = 1, Pumps = 1, Tls = true }, Token);

        foreach (var (name, path) in new[]
        {
            ("pd-1", "/pd/api/v1/members"), ("tidb-1", "/status"), ("pump-1", "/status"), ("drainer-1", "/status")
        })
        {
            var instance = cluster.Instance(name);
            (await cluster.HttpAsync(instance, HttpMethod.Get, path, cancellationToken: Token)).Status
                .ShouldBe(HttpStatusCode.OK);
            // Knows whom it talks to, and cannot say who it is.
            var trust = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { cluster.Client.ShouldNotBeNull().LoadAuthority() }
            };
            using var stranger = new HttpClient(
                new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } });
            await Should.ThrowAsync<HttpRequestException>(() => stranger.GetAsync(instance.Http(path), Token));
        }

        var pd = cluster.Instance("pd-1");
        (await TiDbCluster.RunAsync(
            pd, $"cd {pd.DeployDir} && bin/pd-ctl -u https://{pd.Address} --cacert {TiDbCluster.TlsFolder}/ca.pem "
                + $"--cert {TiDbCluster.TlsFolder}/server.pem --key {TiDbCluster.TlsFolder}/server-key.pem health",
            Token))
            .ShouldContain("\"health\": true");
        (await TiDbCluster.RunAsync(pd, "curl -sS -o /dev/null -w '%{http_code}' http://127.0.0.1:20180/status", Token))
            .ShouldBe("200");
    }
}
