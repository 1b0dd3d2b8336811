namespace Drydock.Reconcilers.Oms;

/// <summary>A value of a YAML file, as little of it as config.yaml needs.</summary>
internal abstract record YamlValue
{
    internal sealed record Scalar(string Text) : YamlValue
    {
        // The text may be a secret.
        public override string ToString() => nameof(Scalar);
    }

    internal sealed record List(IReadOnlyList<YamlValue> Items) : YamlValue;

    internal sealed record Map(IReadOnlyList<KeyValuePair<string, YamlValue>> Entries) : YamlValue;

    /// <summary>Null, or an empty value.</summary>
    internal sealed record Nothing : YamlValue;
}
