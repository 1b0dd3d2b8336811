using Drydock.CrdGen.Model;
using Drydock.Crds.Common;

namespace Drydock.CrdGen.Output;

/// <summary>Writes a kind as CustomResourceDefinition.</summary>
internal static class CrdYaml
{
    public static YamlMap Of(KindModel kind)
    {
        var (entity, name) = (kind.Entity, $"{kind.Entity.PluralName}.{kind.Entity.Group}");
        return new YamlMap()
            .Add("apiVersion", "apiextensions.k8s.io/v1")
            .Add("kind", "CustomResourceDefinition")
            .Add("metadata", new YamlMap()
                .Add("annotations", new YamlMap().Add(Annotations.Schema, CrdSchema.Number.ToString()))
                .Add("name", name))
            .Add("spec", new YamlMap()
                .Add("group", entity.Group)
                .Add("names", new YamlMap()
                    .Add("categories", kind.Categories.ToList())
                    .Add("kind", entity.Kind)
                    .Add("listKind", entity.Kind + "List")
                    .Add("plural", entity.PluralName)
                    .Add("shortNames", kind.ShortNames.ToList())
                    .Add("singular", entity.Kind.ToLowerInvariant()))
                .Add("scope", "Namespaced")
                .Add("versions", new List<YamlMap> { Version(kind) }));
    }

    private static YamlMap Version(KindModel kind) => new YamlMap()
        .Add("additionalPrinterColumns", kind.Columns.Select(column => new YamlMap()
            .Add("description", column.Description)
            .Add("jsonPath", column.JsonPath)
            .Add("name", column.Name)
            .Add("priority", column.Priority == 0 ? null : column.Priority)
            .Add("type", column.Type)).ToList())
        .Add("name", kind.Entity.ApiVersion)
        .Add("schema", new YamlMap().Add("openAPIV3Schema", Root(kind)))
        .Add("served", true)
        .Add("storage", true)
        .Add("subresources", new YamlMap().Add("status", new YamlMap()));

    private static YamlMap Root(KindModel kind) => new YamlMap()
        .Add("description", kind.Description)
        .Add("properties", new YamlMap()
            .Add("apiVersion", new YamlMap().Add("description", "Group and version of the kind.").Add("maxLength", 253).Add("type", "string"))
            .Add("kind", new YamlMap().Add("description", "The kind.").Add("maxLength", 63).Add("type", "string"))
            .Add("metadata", new YamlMap().Add("type", "object"))
            .Add("spec", SchemaYaml.Of(kind.Spec))
            .Add("status", SchemaYaml.Of(kind.Status)))
        .Add("required", new List<string> { "spec" })
        .Add("type", "object")
        .Add("x-kubernetes-validations", SchemaYaml.Rules(kind.Rules));
}
