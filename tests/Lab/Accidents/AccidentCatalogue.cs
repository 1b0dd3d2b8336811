namespace Drydock.Lab.Accidents;

/// <summary>Every accident the lab can make.</summary>
public static class AccidentCatalogue
{
    /// <summary>All of them, by kind.</summary>
    public static IReadOnlyList<IAccident> All { get; } =
        [.. Shared.Select(accident => accident.OfOms()), .. DockerAccidents.All, .. MetaDbAccidents.All, .. OmsAccidents.All, .. StorageAccidents.All, .. ObjectStorageAccidents.All, .. ObjectAccidents.All];

    /// <summary>Those that can happen to any kind of upgrade.</summary>
    internal static IReadOnlyList<SharedAccident> Shared => [.. OperatorAccidents.All, .. KubernetesAccidents.All];

    /// <summary>One by its name.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static IAccident Of(string id) =>
        All.SingleOrDefault(x => x.Id == id) ?? throw new ArgumentException($"no accident {id}", nameof(id));
}
