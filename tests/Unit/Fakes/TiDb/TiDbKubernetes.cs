namespace Drydock.Tests.Unit.Fakes;

/// <summary>The objects that an upgrade makes beside itself.</summary>
internal sealed class TiDbKubernetes
{
    private readonly Dictionary<(Type Kind, string Name), IKubernetesObject> _objects = [];

    public IEnumerable<string> Kinds => _objects.Keys.Select(k => k.Kind.Name).Order(StringComparer.Ordinal);

    public T? Find<T>(string name)
        where T : class, IKubernetesObject => (T?)_objects.GetValueOrDefault((typeof(T), name));

    public IEnumerable<T> All<T>()
        where T : class, IKubernetesObject => _objects.Values.OfType<T>();

    public void Clear() => _objects.Clear();

    public void Put<T>(T entity)
        where T : class, IKubernetesObject => _objects[(typeof(T), entity.Metadata.Name)] = entity;
}
