using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Lab.StandIn;

/// <summary>The console with the self-signed certificate that its users make, asked by the operator's own
/// client.</summary>
[Collection(OmsLabCollection.Name)]
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ConsoleCertificateTests(OmsLab lab)
{
    private static readonly UpgradeRoad Road = new()
    {
        Id = "https-api",
        From = "4.2.0_ce",
        To = "4.2.1_ce",
        RegionSizes = [1],
        Https = true,
        Ports = new Drydock.Lab.Oms.OmsPorts(Ghana: 18090, Nginx: 18089, Cm: 18088, Supervisor: 19000, Sshd: 12023),
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Self_signed_console_is_asked_once_its_certificate_is_trusted()
    {
        var oms = await lab.UseAsync(Road);
        var node = oms.Nodes[0];
        var (https, plain) = (ConsoleAddress.Of(node.Host.Address, 18089, https: true), ConsoleAddress.Of(
            node.Host.Address, 18090, https: false));
        await Drydock.Lab.Shell.RunAsync("curl", [
            "-sS", "--retry", "20", "--retry-delay", "1", "--retry-all-errors", "--cacert", node.Certificate,
            $"{https}oms/health"]);
        var refusal = await Should.ThrowAsync<OmsApiException>(
            () => ListAsync(new OmsApiTarget(https, OmsScenario.ApiUser, Password)));
        refusal.Kind.ShouldBe(OmsApiErrorKind.Untrusted);
        refusal.Message.ShouldContain("key ca.crt");

        var listed = await ListAsync(new OmsApiTarget(
            https, OmsScenario.ApiUser, Password, await File.ReadAllTextAsync(node.Certificate, Token)));
        listed.ShouldNotBeEmpty();
        (await ListAsync(new OmsApiTarget(plain, OmsScenario.ApiUser, Password))).Count
            .ShouldBe(listed.Count, "the stand-in's console behind nginx");
    }

    private static Secret Password => new(OmsCanaries.ApiPassword);

    private static async Task<IReadOnlyList<OmsProject>> ListAsync(OmsApiTarget target)
    {
        using var api = new HttpOmsApi(target, EndpointPolicy.Default, TimeProvider.System);
        return await api.ProjectsAsync(Token);
    }
}
