namespace Drydock.Tests.EndToEnd;

/// <summary>
/// The main job with the CRDs served by a current CRD server: status writes, CEL rules and finalizers meet it. The
/// console has a self-signed certificate, and answers the question for its health with a page.
/// </summary>
[Collection(Lanes.Operator)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ModernServerTests
{
    [Fact]
    public async Task Node_with_archived_image_is_upgraded_with_current_CRD_server()
    {
        await using var stage = await UpgradeStage.StartAsync(
            new StageOptions
            {
                Checkout = Repository.Root,
                OperatorAssembly = Repository.OperatorAssembly,
                Hosts = 1,
                ModernCrds = true,
                Scenario = o =>
                    o with { NewImagePresent = false, Https = true, Knobs = new OmsKnobs { Health = "html" } },
            },
            cancellationToken: TestContext.Current.CancellationToken);
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator();
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());

        var done = await stage.WaitForAsync(space, u => u.IsOver());

        (await stage.Oms.PunishmentsAsync()).ShouldBeEmpty();
        done.Condition("Succeeded").ShouldBe("True");
        var refused = await stage.ControlPlane.TryKubectlAsync([
            "-n", space, "patch", "omsu", "oms-322-to-422", "--type=merge", "-p",
            "{\"spec\":{\"toVersion\":\"3.2.2-bp2\"}}"]);
        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("toVersion");
    }
}
