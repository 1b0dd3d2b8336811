using Drydock.Tests.Unit.Crds.Specs.Making;

namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>Which Secrets a spec refers to.</summary>
public sealed partial class SecretReferencesTests
{
    public static TheoryData<string> Kinds => [.. Schemas.Specs.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Full_spec_yields_every_reference_of_the_schema(string kind)
    {
        var schema = Schemas.Specs[kind];
        var spec = KindSpecs.Read(kind, FullSpecs.Of(schema).AsObject());

        SecretReferences.In(spec, CrdsJsonContext.Default.GetTypeInfo(spec.GetType())!)
            .Select(use => Index().Replace(use.Field, "[]"))
            .ShouldBe(
                FullSpecs.Leaves(schema)
                    .Where(field => field.EndsWith("SecretRef.name", StringComparison.Ordinal)
                        || field.EndsWith(".secretRef.name", StringComparison.Ordinal)
                        || field.EndsWith(".secretKeyRef.name", StringComparison.Ordinal))
                    .Select(field => $"spec.{field[..^".name".Length]}"),
                ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reference_description_names_the_keys_that_are_read(string kind)
    {
        var schema = Schemas.Specs[kind];
        var spec = KindSpecs.Read(kind, FullSpecs.Of(schema).AsObject());
        var descriptions = schema.Walk().ToDictionary(
            at => $"spec.{at.Path}", at => SchemaView.Text(at.Schema, "description") ?? "", StringComparer.Ordinal);

        // A reference to a key has it in a field of its own.
        foreach (var use in SecretReferences.In(spec, CrdsJsonContext.Default.GetTypeInfo(spec.GetType())!)
            .Where(use => !use.Field.EndsWith(".secretKeyRef", StringComparison.Ordinal)))
        {
            var description = descriptions[Index().Replace(use.Field, "[]")];
            use.Keys.ShouldAllBe(
                key => description.Contains(key.TrimStart('.'), StringComparison.Ordinal),
                $"{use.Field}: {description}");
        }
    }

    [Fact]
    public void List_items_are_named_by_key_and_empty_names_skipped()
    {
        var reference = new SecretReference { Name = "tls" };
        var spec = new OmsUpgradeSpec
        {
            Regions =
            [
                new OmsRegion
                {
                    Nodes =
                    [
                        new OmsNode { Name = "oms-a", Docker = new DockerAccess { TlsSecretRef = reference } },
                        new OmsNode
                        {
                            Name = "oms-b",
                            Docker = new DockerAccess { TlsSecretRef = new SecretReference() }
                        },
                        new OmsNode { Name = "oms-c", Docker = new DockerAccess { TlsSecretRef = reference } },
                    ],
                },
            ],
        };

        SecretReferences.In(spec).Select(use => use.Field).ShouldBe(
            [
                "spec.regions[default].nodes[oms-a].docker.tlsSecretRef",
                "spec.regions[default].nodes[oms-c].docker.tlsSecretRef"
            ]);
        SecretReferences.Names(spec).ShouldBe(["tls"]);
    }

    [Fact]
    public void Key_of_a_variable_is_the_only_one_that_is_read()
    {
        var spec = new OmsUpgradeSpec
        {
            Container = new ContainerSpec
            {
                Env = [new EnvironmentVariable
                {
                    Name = "TOKEN",
                    ValueFrom =
                        new EnvironmentSource { SecretKeyRef = new SecretKeyReference { Name = "oms", Key = "token" } }
                }]
            }
        };

        var use = SecretReferences.In(spec).ShouldHaveSingleItem();
        (use.Field, use.Name, use.Keys.Single())
            .ShouldBe(("spec.container.env[TOKEN].valueFrom.secretKeyRef", "oms", "token"));
    }

    [GeneratedRegex(@"\[[^]]*\]", RegexOptions.None, 1000)]
    private static partial Regex Index();
}
