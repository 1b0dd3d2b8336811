using Drydock.Tests.EndToEnd.Golden;

namespace Drydock.Tests.EndToEnd;

/// <summary>An operator that serves named namespaces has no right in others and asks for none.</summary>
[Collection(Lanes.Operator)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class NamedNamespacesTests(StageFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Operator_of_named_namespaces_requests_nothing_elsewhere()
    {
        var stage = await fixture.ResetAsync();
        var (served, other) = (await stage.NewNamespaceAsync(), await stage.NewNamespaceAsync());
        await stage.ApplyAsync(stage.Manifest(other).ToJsonString());
        var tenant = Path.Combine(Repository.Root, "config", "namespaced", "tenant");
        await stage.ControlPlane.KubectlAsync(["-n", served, "apply", "-k", tenant], cancellationToken: Token);
        await stage.ControlPlane.KubectlAsync(
            ["delete", "clusterrolebinding", "drydock-operator"], cancellationToken: Token);
        try
        {
            var before = stage.ControlPlane.AuditedRequests().Count;
            await using var op = stage.StartOperator(
                new LabOperatorOptions { LeaderElection = false, WatchNamespaces = [served] });
            await op.WaitUntilReadyAsync(Token);
            await stage.ApplyAsync(stage.Manifest(served).ToJsonString());

            await stage.WaitForAsync(served, u => u.IsOver(), cancellationToken: Token);

            (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
            var requests = stage.ControlPlane.AuditedRequests().Skip(before)
                .Where(r => r.User == GoldenRecording.Account).ToList();
            requests.ShouldNotBeEmpty();
            requests.Where(r => r.Code == 403).ShouldBeEmpty();
            requests.Where(r => r.Resource == "secrets").ShouldNotBeEmpty();
            requests.Where(r => r.Namespace != served && r.Namespace != UpgradeStage.OperatorNamespace
                && r.Resource != "customresourcedefinitions").ShouldBeEmpty();
            (await stage.GetUpgradeAsync(other)).Phase().ShouldBeEmpty("nobody serves that namespace");
        }
        finally
        {
            await stage.ControlPlane.KubectlAsync(
                ["apply", "-k", Path.Combine(Repository.Root, "config", "rbac")],
                cancellationToken: CancellationToken.None);
        }
    }
}
