namespace Drydock.Tests.Integration.Install;

public sealed class PodSecurityTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("default")]
    [InlineData("s3-only")]
    [InlineData("namespaced")]
    public async Task Pod_of_kustomize_is_restricted(string variant) =>
        PodSecurity.Restricted(Chart.Pod(await Chart.KustomizeAsync(Repository.PathOf("config", variant), Token)))
            .ShouldBeEmpty();

    [Theory]
    [InlineData("crds.create=true")]
    [InlineData("user=null")]
    [InlineData("snapshots.enabled=false,images.enabled=false")]
    [InlineData("scratch.medium=Memory")]
    public async Task Pod_of_chart_is_restricted(string values) =>
        PodSecurity.Restricted(Chart.Pod(await Chart.RenderAsync(Token, "--set", values))).ShouldBeEmpty();

    [Fact]
    public async Task Pod_of_chart_without_user_fits_OpenShift()
    {
        PodSecurity.OpenShift(Chart.Pod(await Chart.RenderAsync(Token, "--set", "user=null"))).ShouldBeEmpty();
        PodSecurity.OpenShift(Chart.Pod(await Chart.RenderAsync(Token)))
            .ShouldBe(["runAsUser", "fsGroup"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("hostNetwork", """{"hostNetwork":true}""")]
    [InlineData("hostPID", """{"hostPID":true}""")]
    [InlineData("hostIPC", """{"hostIPC":true}""")]
    [InlineData("volumes", """{"volumes":[{"name":"host","hostPath":{"path":"/"}}]}""")]
    [InlineData(
        "sysctls",
        """{"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"},"sysctls":[{"name":"kernel.msgmax","value":"1"}]}}""")]
    [InlineData("seccompProfile", """{"securityContext":{"runAsNonRoot":true}}""")]
    [InlineData("runAsNonRoot", """{"securityContext":{"seccompProfile":{"type":"RuntimeDefault"}}}""")]
    [InlineData(
        "runAsUser",
        """{"securityContext":{"runAsNonRoot":true,"runAsUser":0,"seccompProfile":{"type":"RuntimeDefault"}}}""")]
    [InlineData("privileged", """{"container":{"privileged":true}}""")]
    [InlineData("allowPrivilegeEscalation", """{"container":{"allowPrivilegeEscalation":true}}""")]
    [InlineData("capabilities.drop", """{"container":{"capabilities":{"drop":["KILL"]}}}""")]
    [InlineData("capabilities.add", """{"container":{"capabilities":{"drop":["ALL"],"add":["SYS_ADMIN"]}}}""")]
    [InlineData("procMount", """{"container":{"procMount":"Unmasked"}}""")]
    [InlineData("hostPort", """{"ports":[{"containerPort":8080,"hostPort":8080}]}""")]
    public async Task Rule_finds_its_violation(string rule, string change)
    {
        var template = Chart.Pod(await Chart.RenderAsync(Token)).DeepClone();
        var pod = template["spec"]!;
        var container = pod["containers"]![0]!;
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
        {
            if (name == "container")
            {
                foreach (var (field, inner) in value!.AsObject())
                {
                    container["securityContext"]![field] = inner?.DeepClone();
                }
            }
            else
            {
                (name == "ports" ? container : pod)[name] = value?.DeepClone();
            }
        }

        PodSecurity.Restricted(template).ShouldBe([rule]);
    }
}
