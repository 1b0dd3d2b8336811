namespace Drydock.Lab.Accidents;

/// <summary>Every accident the lab can make.</summary>
public static class AccidentCatalogue
{
    /// <summary>All accidents, by kind.</summary>
    public static IReadOnlyList<IAccident> All { get; } =
        [
            .. Shared.Select(accident => accident.OfOms()), .. DockerAccidents.All, .. MetaDbAccidents.All,
            .. OmsAccidents.All, .. StorageAccidents.All, .. ObjectStorageAccidents.All, .. ObjectAccidents.All
        ];

    /// <summary>The accidents that can happen to any kind of upgrade.</summary>
    internal static IReadOnlyList<SharedAccident> Shared =>
        [.. OperatorAccidents.All, .. KubernetesAccidents.All, .. StatusAccidents.All];

    /// <summary>The accident with this id.</summary>
    /// <exception cref="ArgumentException">No accident has this id.</exception>
    public static IAccident Of(string id) =>
        All.SingleOrDefault(x => x.Id == id) ?? throw new ArgumentException($"There is no accident {id}.", nameof(id));
}
