using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;

namespace Drydock.Tests.Unit.Plugin;

public sealed class MissingRightTests
{
    private static readonly KubernetesRequest Patch = new("patch", "drydock.dev", "omsupgrades", "oms", "night");

    [Fact]
    public void Refusal_of_webhook_keeps_its_reason() =>
        Explained("admission webhook \"gate\" denied the request: frozen until Monday").ShouldBeWorded();

    [Theory]
    [InlineData("")]
    [InlineData(
        "omsupgrades.drydock.dev \"night\" is forbidden: User \"u\" cannot patch resource \"omsupgrades\" in API group "
        + "\"drydock.dev\" in the namespace \"oms\"")]
    public void Refusal_of_RBAC_names_role(string message) =>
        Explained(message).ShouldBeWorded();

    [Fact]
    public async Task Right_to_one_kind_is_enough()
    {
        using var cluster = new MemoryCluster();
        var run = await cluster.CreateAsync(new OmsUpgradeStatus { Phase = "Backup" });
        cluster.Api.Before = r =>
            r.Resource == "databaserollingupgrades" ? throw MemoryCluster.Forbidden(r) : Task.CompletedTask;
        var token = TestContext.Current.CancellationToken;

        (await RunLookup.FindAsync(cluster.Invocation, run.Metadata.Name, token)).FullName.ShouldBe(run.FullName);
        await Should.ThrowAsync<KubernetesForbiddenException>(
            () => RunLookup.FindAsync(cluster.Invocation, "other", token));
    }

    private static string Explained(string message) => Failures.Explain(
        new KubernetesForbiddenException(Patch, new V1Status { Code = 403, Reason = "Forbidden", Message = message }));
}
