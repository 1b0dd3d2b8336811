using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Drydock.Clients.MySql;

/// <summary>
/// One input parameter. The .NET type of the value determines what is sent: see <see cref="Value"/>; a
/// <see cref="DateTimeOffset"/> is
/// sent as UTC.
/// </summary>
public sealed class MySqlParameter : DbParameter
{
    private string _name = "";

    /// <summary>An empty parameter.</summary>
    public MySqlParameter()
    {
    }

    /// <summary>A named value.</summary>
    public MySqlParameter(string name, object? value)
    {
        ParameterName = name;
        Value = value;
    }

    /// <summary>For the record only; see <see cref="Value"/>.</summary>
    public override DbType DbType { get; set; } = DbType.String;

    /// <summary>Only <see cref="ParameterDirection.Input"/>.</summary>
    /// <exception cref="NotSupportedException">Set to anything else.</exception>
    public override ParameterDirection Direction
    {
        get => ParameterDirection.Input;
        set
        {
            if (value != ParameterDirection.Input)
            {
                throw new NotSupportedException(
                    "Only input parameters are supported. Read outputs of a procedure by SELECT.");
            }
        }
    }

    /// <inheritdoc/>
    public override bool IsNullable { get; set; }

    /// <summary>The name, with or without <c>@</c>.</summary>
    [AllowNull]
    public override string ParameterName { get => _name; set => _name = value ?? ""; }

    /// <inheritdoc/>
    public override int Size { get; set; }

    /// <inheritdoc/>
    [AllowNull]
    public override string SourceColumn { get; set; } = "";

    /// <inheritdoc/>
    public override bool SourceColumnNullMapping { get; set; }

    /// <inheritdoc/>
    public override object? Value { get; set; }

    internal string BareName => _name.StartsWith('@') ? _name[1..] : _name;

    /// <inheritdoc/>
    public override void ResetDbType() => DbType = DbType.String;
}
