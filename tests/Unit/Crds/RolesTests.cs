using Drydock.CrdGen.Model;
using Drydock.CrdGen.Output;
using YamlDotNet.RepresentationModel;
using YamlText = Drydock.CrdGen.Output.YamlText;

namespace Drydock.Tests.Unit.Crds;

public sealed class RolesTests
{
    private static readonly EntityRbacAttribute[] Asked =
    [
        new("drydock.dev", "omsupgrades") { Verbs = "get,list,watch" },
        new("drydock.dev", "omsupgrades", "backupsnapshots") { Verbs = "update, get" },
        new("drydock.dev", "omsupgrades/status") { Verbs = "get,update" },
        new("", "secrets") { Verbs = "get" },
        new("apiextensions.k8s.io", "customresourcedefinitions")
        {
            Verbs = "get",
            ClusterScoped = true,
            ResourceNames = ["b", "a"]
        },
        new("coordination.k8s.io", "leases") { Verbs = "get,create,update", OperatorNamespaceOnly = true },
    ];

    [Theory]
    [InlineData("ClusterRole")]
    [InlineData("Role")]
    public void Namespaced_role_unites_the_requests_of_all_controllers(string kind) =>
        Json(kind == "Role" ? RbacYaml.ForNamespace(Asked) : RbacYaml.ForCluster(Asked)).ShouldBe(
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"KIND","metadata":{"name":"drydock-operator"},"rules":[
            {"apiGroups":[""],"resources":["secrets"],"verbs":["get"]},
            {"apiGroups":["drydock.dev"],"resources":["backupsnapshots","omsupgrades/status"],"verbs":["get","update"]},
            {"apiGroups":["drydock.dev"],"resources":["omsupgrades"],"verbs":["get","list","update","watch"]}]}
            """.ReplaceLineEndings("").Replace("KIND", kind, StringComparison.Ordinal));

    [Fact]
    public void Cluster_role_names_its_objects() =>
        Json(RbacYaml.WithoutNamespace(Asked)).ShouldBe(
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"drydock-operator-cluster"},"rules":[
            {"apiGroups":["apiextensions.k8s.io"],"resourceNames":["a","b"],"resources":["customresourcedefinitions"],"verbs":["get"]}]}
            """.ReplaceLineEndings(""));

    [Fact]
    public void Lease_role_is_limited_to_the_operator_namespace() =>
        Json(RbacYaml.ForLeases(Asked)).ShouldBe(
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"drydock-operator-leases","namespace":"drydock-system"},"rules":[
            {"apiGroups":["coordination.k8s.io"],"resources":["leases"],"verbs":["create","get","update"]}]}
            """.ReplaceLineEndings(""));

    [Fact]
    public void Roles_of_users_name_every_kind()
    {
        var kinds = KindReader.Read(typeof(SnapshotRestore).Assembly).Select(kind => kind.Entity.PluralName)
            .Order(StringComparer.Ordinal).ToList();
        var roles = YamlToJson.ReadAll(Repository.PathOf("config", "rbac", "people_roles.yaml")).ToDictionary(
            role => role["metadata"]!["name"]!.GetValue<string>(),
            role => role["rules"]!.AsArray().ShouldHaveSingleItem()!["resources"]!.AsArray()
                .Select(resource => resource!.GetValue<string>()));

        roles["drydock-admin"].ShouldBe(kinds);
        roles["drydock-edit"].ShouldBe(
            kinds.Where(kind => kind != SnapshotRestore.Plural), "a restore drops databases");
        roles["drydock-view"].ShouldBe(kinds.SelectMany(kind => new[] { kind, kind + "/status" }));
    }

    private static string Json(YamlMap role)
    {
        var stream = new YamlStream();
        using var text = new StringReader(YamlText.Write("test", role));
        stream.Load(text);
        return stream.Documents.Select(document => YamlToJson.Read(document.RootNode)!).ShouldHaveSingleItem()
            .ToJsonString();
    }
}
