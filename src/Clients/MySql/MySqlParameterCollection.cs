using System.Collections;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Drydock.Clients.MySql;

/// <summary>The parameters of a command, by name (case-insensitive, with or without <c>@</c>).</summary>
[SuppressMessage("Design", "CA1010", Justification = "The shape of ADO.NET.")]
public sealed class MySqlParameterCollection : DbParameterCollection
{
    private readonly List<MySqlParameter> _items = [];

    /// <inheritdoc/>
    public override int Count => _items.Count;

    /// <inheritdoc/>
    public override object SyncRoot => ((ICollection)_items).SyncRoot;

    /// <inheritdoc/>
    public override int Add(object value)
    {
        _items.Add(Own(value));
        return _items.Count - 1;
    }

    /// <summary>Adds a named value.</summary>
    public MySqlParameter AddWithValue(string name, object? value)
    {
        var parameter = new MySqlParameter(name, value);
        _items.Add(parameter);
        return parameter;
    }

    /// <inheritdoc/>
    public override void AddRange(Array values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values)
        {
            Add(value!);
        }
    }

    /// <inheritdoc/>
    public override void Clear() => _items.Clear();

    /// <inheritdoc/>
    public override bool Contains(object value) => value is MySqlParameter p && _items.Contains(p);

    /// <inheritdoc/>
    public override bool Contains(string value) => IndexOf(value) >= 0;

    /// <inheritdoc/>
    public override void CopyTo(Array array, int index) => ((ICollection)_items).CopyTo(array, index);

    /// <inheritdoc/>
    public override IEnumerator GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public override int IndexOf(object value) => value is MySqlParameter p ? _items.IndexOf(p) : -1;

    /// <inheritdoc/>
    public override int IndexOf(string parameterName)
    {
        ArgumentNullException.ThrowIfNull(parameterName);
        var bare = parameterName.StartsWith('@') ? parameterName[1..] : parameterName;
        return _items.FindIndex(p => string.Equals(p.BareName, bare, StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public override void Insert(int index, object value) => _items.Insert(index, Own(value));

    /// <inheritdoc/>
    public override void Remove(object value)
    {
        if (value is MySqlParameter p)
        {
            _items.Remove(p);
        }
    }

    /// <inheritdoc/>
    public override void RemoveAt(int index) => _items.RemoveAt(index);

    /// <inheritdoc/>
    public override void RemoveAt(string parameterName) => _items.RemoveAt(Required(parameterName));

    internal MySqlParameter Named(string name) => _items[Required(name)];

    /// <inheritdoc/>
    protected override DbParameter GetParameter(int index) => _items[index];

    /// <inheritdoc/>
    protected override DbParameter GetParameter(string parameterName) => _items[Required(parameterName)];

    /// <inheritdoc/>
    protected override void SetParameter(int index, DbParameter value) => _items[index] = Own(value);

    /// <inheritdoc/>
    protected override void SetParameter(string parameterName, DbParameter value) =>
        _items[Required(parameterName)] = Own(value);

    private static MySqlParameter Own(object value) => value as MySqlParameter
        ?? throw new InvalidCastException(
            $"A {nameof(MySqlParameter)} is needed, not {value?.GetType().Name ?? "null"}.");

    private int Required(string name) => IndexOf(name) is var i && i >= 0
        ? i
        : throw new ArgumentException($"There is no parameter '{name}'.", nameof(name));
}
