using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

namespace Drydock.Tests.Unit.Databases.Yugabyte;

/// <summary>RPC and web pages have TLS independently.</summary>
public sealed class TlsTests
{
    private static readonly SecretReference Secret = new() { Name = "tls" };

    public static TheoryData<DatabaseServiceTls?, bool, bool> Matrix => new()
    {
        { null, false, false },
        { new DatabaseServiceTls { CertsDirName = "/certs" }, true, false },
        { new DatabaseServiceTls { Web = new DatabaseWebTls { SecretRef = Secret } }, false, true },
        { new DatabaseServiceTls { SecretRef = Secret }, false, true },
        { new DatabaseServiceTls { SecretRef = Secret, CertsDirName = "/certs" }, true, true },
        {
            new DatabaseServiceTls { Web = new DatabaseWebTls { SecretRef = Secret }, CertsDirName = "/certs" }, true,
            true
        },
    };

    [Theory]
    [MemberData(nameof(Matrix), DisableDiscoveryEnumeration = true)]
    public async Task Tls_of_rpc_and_web_are_independent(DatabaseServiceTls? tls, bool rpc, bool web)
    {
        var world = new YugaWorld();
        world.Spec = world.Spec with { Tls = tls };

        ((await SecretsBench.ReadAsync(world.Spec)).Tls is not null).ShouldBe(web);
        var command = new YugabyteCluster(new YugaLife(world).Context).Tool().Call;
        command.Arguments(AdminTool.UsualTimeout, []).Contains("/certs", StringComparer.Ordinal).ShouldBe(rpc);
        command.Release("t1").Contains("--certs_dir_name /certs", StringComparison.Ordinal).ShouldBe(rpc);
    }
}
