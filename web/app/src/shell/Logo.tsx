/** The mark of Segue, and its name. */
export function Logo({ small = false }: { small?: boolean }) {
  return (
    <span
      style={{ display: 'inline-flex', gap: 8, alignItems: 'center', fontWeight: 600, fontSize: 16 }}
      translate="no"
    >
      <img src="/icon.svg" alt={small ? brand : ''} width={24} height={24} />
      {!small && brand}
    </span>
  );
}

const brand = 'Segue';
