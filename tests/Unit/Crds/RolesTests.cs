using System.Text.Json.Nodes;
using Drydock.Abstractions.Entities;
using Drydock.CrdGen.Output;
using Shouldly;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Drydock.Tests.Unit.Crds;

public sealed class RolesTests
{
    [Fact]
    public void What_controllers_ask_for_is_united_and_the_operators_own_namespace_is_apart()
    {
        var roles = Read(
            new EntityRbacAttribute("drydock.dev", "omsupgrades") { Verbs = "get,list,watch" },
            new EntityRbacAttribute("drydock.dev", "omsupgrades", "backupsnapshots") { Verbs = "update, get" },
            new EntityRbacAttribute("drydock.dev", "omsupgrades/status") { Verbs = "get,update" },
            new EntityRbacAttribute("", "secrets") { Verbs = "get" },
            new EntityRbacAttribute("coordination.k8s.io", "leases") { Verbs = "get,create,update", OperatorNamespaceOnly = true });

        roles[0].ToJsonString().ShouldBe(
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"drydock-operator"},"rules":[
            {"apiGroups":[""],"resources":["secrets"],"verbs":["get"]},
            {"apiGroups":["drydock.dev"],"resources":["backupsnapshots","omsupgrades/status"],"verbs":["get","update"]},
            {"apiGroups":["drydock.dev"],"resources":["omsupgrades"],"verbs":["get","list","update","watch"]}]}
            """.ReplaceLineEndings(""));
        roles[1].ToJsonString().ShouldBe(
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"drydock-operator","namespace":"drydock-system"},"rules":[
            {"apiGroups":["coordination.k8s.io"],"resources":["leases"],"verbs":["create","get","update"]}]}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public void Nothing_asked_for_is_no_role() => RbacYaml.Of([]).ShouldBeEmpty();

    private static List<JsonNode> Read(params EntityRbacAttribute[] asked)
    {
        var stream = new YamlStream();
        using var text = new StringReader(YamlText.Write("test", RbacYaml.Of(asked)));
        stream.Load(text);
        return [.. stream.Documents.Select(document => YamlToJson.Read(document.RootNode)!)];
    }
}
