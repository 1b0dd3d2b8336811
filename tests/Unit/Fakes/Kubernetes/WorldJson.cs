using Drydock.Clients.Kubernetes.Json;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// The JSON of the operator's kinds. Options hold the metadata and the compiled accessors of every type, so one
/// instance serves all tests.
/// </summary>
internal static class WorldJson
{
    public static JsonSerializerOptions Crds { get; } = KubernetesJson.CreateOptions(CrdsJsonContext.Default);

    public static string Text(IKubernetesObject entity) =>
        JsonSerializer.Serialize(entity, Crds.GetTypeInfo(entity.GetType()));
}
